//! One way by which a right came to a subject.

use std::fmt;
use std::sync::Arc;

use super::{Binding, Rule};
use crate::model::ObjectKey;

/// One way by which a right came: the binding, its role, and the rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub binding: Arc<Binding>,
    /// The role that the binding gives. The rule may stand in another one that is gathered into it.
    pub role: ObjectKey,
    pub rule: Arc<Rule>,
}

impl fmt::Display for Path {
    /// `ClusterRoleBinding/ops > ClusterRole/admin > ClusterRole/system:aggregate-to-edit rule 2`, without the middle
    /// where the rule stands in the role itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {}", self.binding.key, self.role)?;
        if self.rule.role != self.role {
            write!(f, " > {}", self.rule.role)?;
        }
        write!(f, " rule {}", self.rule.number)
    }
}
