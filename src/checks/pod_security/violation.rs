//! One field of a pod that a rule forbids as it is.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::iter;

use crate::checks::words::digest;
use crate::snapshot::{Container, PodTemplate};

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
    /// Something elsewhere, as an order; the field has to go.
    Instead(String),
}

impl Remedy {
    /// What to do with the field at this path.
    pub(super) fn at(&self, path: &str) -> String {
        match self {
            Self::Set(value) => format!("set {path} to {value}"),
            Self::Without(items) => format!("remove {items} from {path}"),
            Self::Remove => format!("remove {path}"),
            Self::Instead(order) => format!("{order} instead of setting {path}"),
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

/// What the pod's security context sets, then what that of each container sets.
pub(super) fn settings<'a, T>(
    template: &'a PodTemplate,
    of_pod: T,
    of_container: impl Fn(&'a Container) -> T,
) -> impl Iterator<Item = (Part<'a>, T)> {
    let of_container = move |container| (Part::Container(container), of_container(container));
    iter::once((Part::Pod, of_pod)).chain(template.containers.iter().map(of_container))
}

/// How a field that is not set is shown.
pub(crate) const UNSET: &str = "unset";

/// As much of a text is shown as evidence; the longest name in Kubernetes. The API server takes longer values, of
/// which an alert is not to be made.
const SHOWN_MAX: usize = 253;

/// As many items of a list are shown as evidence; of others their number, and a digest that changes with them.
const LISTED_MAX: usize = 16;

/// A value that somebody chose freely, as evidence.
pub(crate) fn shown(value: &str) -> String {
    if value.is_empty() {
        return r#""""#.to_owned();
    }
    match value.char_indices().nth(SHOWN_MAX) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

/// The items, each once and in their order, as evidence.
pub(crate) fn list<T: Ord + ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: BTreeSet<T> = items.into_iter().collect();
    let named: Vec<String> = items.iter().take(LISTED_MAX).map(|item| shown(&item.to_string())).collect();
    let others: Vec<String> = items.iter().skip(LISTED_MAX).map(ToString::to_string).collect();
    match others.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more ({})", named.join(", "), digest(&others.join(", "))),
    }
}

/// The containers that leave something to the pod, such as `containers log, web`; none where there are none.
pub(super) fn leaving<'a>(containers: impl Iterator<Item = &'a Container>) -> Option<String> {
    let mut names = containers.map(|container| &container.name).peekable();
    names.peek()?;
    let names: Vec<_> = names.collect();
    let noun = if names.len() == 1 { "container" } else { "containers" };
    Some(format!("{noun} {}", list(names)))
}
