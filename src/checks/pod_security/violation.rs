//! One field of a pod that a rule forbids as it is.

use std::borrow::Cow;

use crate::snapshot::Container;

/// A field of a pod that a rule forbids as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What tells it from others of the same rule in one pod: container and field, such as `web/privileged`, or
    /// the field alone where it is the pod's, such as `hostNetwork`.
    pub key: String,
    /// What of the pod it is about, such as `container web`; empty where it is the pod as a whole.
    pub part: String,
    /// What that is or does, as the predicate of a sentence, such as `is privileged`.
    pub what: String,
    /// The field, from the root of the pod on, such as `spec.containers[web].securityContext.privileged`.
    pub path: String,
    /// What the rule allows.
    pub expected: Cow<'static, str>,
    /// What the field is; `unset` where it is not set.
    pub actual: String,
    pub remedy: Remedy,
}

/// What to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// This value.
    Set(Cow<'static, str>),
    /// The list without these.
    Without(String),
    /// Nothing: the field has to go.
    Remove,
}

impl Remedy {
    /// What to do with the field at this path.
    pub(super) fn at(&self, path: &str) -> String {
        match self {
            Self::Set(value) => format!("set {path} to {value}"),
            Self::Without(items) => format!("remove {items} from {path}"),
            Self::Remove => format!("remove {path}"),
        }
    }
}

/// The part of a pod that a field belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    /// The pod's metadata.
    Metadata,
    /// The pod's spec.
    Pod,
    Container(&'a Container),
}

/// What is wrong with a field.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) what: String,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) actual: String,
    pub(crate) remedy: Remedy,
}

impl Part<'_> {
    /// A violation by a field of this part, such as `securityContext.privileged`.
    pub(crate) fn violation(self, field: &str, wrong: Wrong) -> Violation {
        let Wrong { what, expected, actual, remedy } = wrong;
        // The security context is where nearly all of them are; keys are easier to read without it.
        let short = field.strip_prefix("securityContext.").unwrap_or(field);
        let (key, part, path) = match self {
            Self::Metadata => (short.to_owned(), String::new(), format!("metadata.{field}")),
            Self::Pod => (short.to_owned(), String::new(), format!("spec.{field}")),
            Self::Container(container) => {
                let (list, name) = (container.role.field(), &container.name);
                let path = format!("spec.{list}[{name}].{field}");
                (format!("{name}/{short}"), format!("container {name}"), path)
            }
        };
        Violation { key, part, what, path, expected, actual, remedy }
    }
}
