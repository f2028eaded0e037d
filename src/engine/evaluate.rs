//! One evaluation: what a rule is given, and what is made of its panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use super::Engine;
use crate::baseline::Baseline;
use crate::checks::{Check, Facts, Namespace, Rule, Subject};
use crate::model::{Finding, ObjectKey, Scope};
use crate::snapshot::{Labels, label};

/// What stands in a scope, looked up once for all the checks that are evaluated in it.
#[derive(Debug)]
pub(super) enum Stands<'a> {
    /// The cluster, or an object of which nothing is known.
    Nothing,
    Namespace(Namespace<'a>),
    Workload(Subject<'a>),
}

impl Engine {
    /// What stands in the scope.
    pub(super) fn stands_in(&self, scope: &Scope) -> Stands<'_> {
        let Scope::Object(key) = scope else { return Stands::Nothing };
        if key.is_namespace() {
            let Some((object, labels)) = self.snapshot.namespace(key) else { return Stands::Nothing };
            let governing = self.governing(&key.name, &labels);
            return Stands::Namespace(Namespace { object, labels, governing });
        }
        let Some(workload) = self.snapshot.workload(key) else { return Stands::Nothing };
        let namespace = ObjectKey::of_namespace(Arc::clone(&key.namespace));
        let namespace_labels = self.snapshot.labels(&namespace).unwrap_or_default();
        let governing = self.governing(&key.namespace, &namespace_labels);
        Stands::Workload(Subject { workload, namespace_labels, governing })
    }

    fn governing(&self, namespace: &str, labels: &Labels) -> Vec<&Baseline> {
        let governs = |it: &&Baseline| it.namespaces.select(namespace, |key| label(labels, key));
        self.declared.baselines.iter().filter(governs).collect()
    }

    /// What the check finds; an error, with what was said, if it panicked.
    pub(super) fn evaluate(
        &self,
        check: &Check,
        scope: &Scope,
        stands: &Stands<'_>,
        now: Timestamp,
    ) -> Result<Vec<Finding>, String> {
        let facts = Facts {
            declared: &self.declared,
            snapshot: &self.snapshot,
            panics: &self.panics,
            waiver_uses: self.excuses.uses(),
            now,
        };
        let rule = || match (check.rule, scope, stands) {
            (Rule::Cluster(rule), Scope::Cluster, _) => rule(&facts),
            (Rule::Object(rule), Scope::Object(key), _) => rule(&facts, key),
            (Rule::Namespace(rule), _, Stands::Namespace(namespace)) => rule(&facts, namespace),
            (Rule::Workload(rule), _, Stands::Workload(subject)) => rule(&facts, subject),
            // What is not there has nothing to be found.
            _ => Vec::new(),
        };
        // A check only reads, so that nothing is left half done by its panic.
        catch_unwind(AssertUnwindSafe(rule)).map_err(|panic| {
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            message.unwrap_or_else(|| "without a message".to_owned())
        })
    }
}
