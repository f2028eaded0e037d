//! A role that a subject has.

use std::sync::Arc;

use super::{Binding, Effective, Path, Powers, Rule};
use crate::model::ObjectKey;

/// A role that a subject has by a binding.
#[derive(Debug, Clone)]
pub struct Grant {
    pub binding: Arc<Binding>,
    pub key: ObjectKey,
    pub role: Arc<Effective>,
    /// Kubernetes itself grants it, in one of its versions.
    pub is_bootstrap: bool,
}

impl Grant {
    /// The namespace in which it holds; empty for all of the cluster.
    pub fn scope(&self) -> &Arc<str> {
        self.binding.scope()
    }

    /// What it amounts to, beyond what Kubernetes itself grants.
    pub fn powers(&self) -> Powers {
        self.role.granted(self.is_bootstrap, self.scope().is_empty())
    }

    /// The rules that amount to any of these powers, beyond what Kubernetes itself grants.
    pub fn rules(&self, powers: Powers) -> impl Iterator<Item = &Arc<Rule>> {
        let counts = powers.and(self.powers());
        self.role
            .rules
            .iter()
            .filter(move |it| it.powers.has_any(counts) && !(self.is_bootstrap && it.is_bootstrap))
    }

    /// The way by which the rule came.
    pub fn path(&self, rule: &Arc<Rule>) -> Path {
        Path { binding: Arc::clone(&self.binding), role: self.key.clone(), rule: Arc::clone(rule) }
    }
}
