//! What is declared of the network, as far as the map has to know it: whose verdicts hang on whom.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::class::Class;
use super::selector::Selector;

/// What the verdicts are about that are drawn from the map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interest {
    /// Flows from one namespace to another.
    pub across: bool,
    /// Flows within a namespace as well.
    pub within: bool,
    /// By direction, whether flows are told of pods that nothing isolates in it. They are not where that alone is told.
    pub open: [bool; 2],
    /// Flows that are looked for by themselves.
    pub declared: Vec<DeclaredFlow>,
    /// Other keys of labels that verdicts tell pods apart by.
    pub keys: BTreeSet<Arc<str>>,
}

/// A flow that a verdict on one of its ends looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredFlow {
    /// Where it leaves.
    pub from: Pods,
    /// Where it arrives.
    pub to: Pods,
    /// The end that is judged.
    pub judged: End,
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Where it leaves.
    From,
    /// Where it arrives.
    To,
}

/// Pods that are declared to be an end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pods {
    /// None for any.
    pub namespace: Option<Arc<str>>,
    /// What their labels have to be.
    pub labels: Selector,
}

impl Pods {
    /// Whether every pod of every namespace is one.
    pub fn is_everyone(&self) -> bool {
        self.namespace.is_none() && self.labels.is_empty()
    }

    /// Whether pods of the class are such.
    pub fn select(&self, class: &Class) -> bool {
        self.namespace.as_ref().is_none_or(|it| *it == class.namespace) && self.labels.matches(&class.labels)
    }
}

impl fmt::Display for Pods {
    /// As in `namespace shop, app=web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "namespace {namespace}")?,
            None => f.write_str("any namespace")?,
        }
        if self.labels.is_empty() { Ok(()) } else { write!(f, ", {}", self.labels) }
    }
}

impl Interest {
    /// Whether any verdict hangs on flows.
    pub(super) fn is_of_flows(&self) -> bool {
        self.across || !self.declared.is_empty()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        let ends = self.declared.iter().flat_map(|flow| [&flow.from, &flow.to]);
        ends.flat_map(|pods| pods.labels.keys()).chain(&self.keys)
    }

    /// For each flow that is looked for, the pods that are judged by it, and those at its other end.
    pub(super) fn ends(&self) -> impl Iterator<Item = (&Pods, &Pods)> {
        self.declared.iter().map(|flow| match flow.judged {
            End::From => (&flow.from, &flow.to),
            End::To => (&flow.to, &flow.from),
        })
    }
}
