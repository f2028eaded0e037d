//! Label selectors, made ready to be tried on many pods.

use std::fmt;
use std::sync::Arc;

use crate::model::{Labels, label};

/// What a label selector asks for: all of it. One that asks for nothing selects everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Selector {
    /// In the order of the keys.
    pub(super) equal: Box<[(Arc<str>, Arc<str>)]>,
    pub(super) requirements: Box<[Requirement]>,
}

/// A requirement of `matchExpressions`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Requirement {
    pub(super) key: Arc<str>,
    pub(super) operator: Operator,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
/// Values are in order, each once.
pub(super) enum Operator {
    In(Box<[Arc<str>]>),
    /// What has no such label is not in the list either.
    NotIn(Box<[Arc<str>]>),
    Exists,
    DoesNotExist,
}

impl Selector {
    /// One that asks for these labels.
    pub fn of_labels(labels: &[(String, String)]) -> Self {
        let mut equal: Vec<(Arc<str>, Arc<str>)> =
            labels.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect();
        equal.sort();
        Self { equal: equal.into(), requirements: Box::default() }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.requirements.is_empty()
    }

    /// Whether what has these labels is selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.equal.iter().all(|(key, value)| label(labels, key) == Some(value))
            && self.requirements.iter().all(|it| it.holds(labels))
    }

    /// The labels that it asks for, or asks for one of.
    pub fn pairs(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        let listed = self.requirements.iter().flat_map(|it| {
            let values = match &it.operator {
                Operator::In(values) => Some(values),
                _ => None,
            };
            values.into_iter().flatten().map(|value| (&it.key, value))
        });
        self.equal.iter().map(|(key, value)| (key, value)).chain(listed)
    }

    /// The keys of the labels that it looks at.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.equal.iter().map(|(key, _)| key).chain(self.requirements.iter().map(|it| &it.key))
    }
}

impl Requirement {
    fn holds(&self, labels: &Labels) -> bool {
        let value = label(labels, &self.key);
        let is_listed = |values: &[Arc<str>]| {
            value.is_some_and(|it| values.binary_search_by(|listed| (**listed).cmp(it)).is_ok())
        };
        match &self.operator {
            Operator::In(values) => is_listed(values),
            Operator::NotIn(values) => !is_listed(values),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl fmt::Display for Selector {
    /// As `kubectl` writes selectors: `app=web,tier in (a,b),!canary`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let equal = self.equal.iter().map(|(key, value)| format!("{key}={value}"));
        let told: Vec<String> = equal.chain(self.requirements.iter().map(Requirement::to_string)).collect();
        f.write_str(&told.join(","))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        let listed = |values: &[Arc<str>]| values.iter().map(|it| &**it).collect::<Vec<_>>().join(",");
        match &self.operator {
            Operator::In(values) => write!(f, "{key} in ({})", listed(values)),
            Operator::NotIn(values) => write!(f, "{key} notin ({})", listed(values)),
            Operator::Exists => f.write_str(key),
            Operator::DoesNotExist => write!(f, "!{key}"),
        }
    }
}
