//! One evaluation: what a rule is given, and what is made of its panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::checks::{Check, Facts, Governed, Namespace, Rule};
use crate::model::{Finding, ObjectKey, ObjectRef, Scope};
use crate::network::Policy;
use crate::rbac::Binding;
use crate::snapshot::Grantee;

/// What stands in a scope, looked up once for all the checks that are evaluated in it.
#[derive(Debug, Default)]
pub(super) struct Stands<'a> {
    namespace: Option<Namespace<'a>>,
    workload: Option<Governed<'a>>,
    grantee: Option<Grantee<'a>>,
    role: Option<ObjectRef>,
    binding: Option<(ObjectRef, Arc<Binding>)>,
    policy: Option<(ObjectRef, Arc<Policy>)>,
}

impl Stands<'_> {
    /// Whether there is anything of which flows are judged.
    pub(super) fn has_flows(&self) -> bool {
        self.namespace.is_some() || self.workload.is_some() || self.policy.is_some()
    }
}

/// What stands in the scope.
pub(super) fn stands_in<'a>(scope: &'a Scope, facts: &Facts<'a>) -> Stands<'a> {
    let Scope::Object(key) = scope else { return Stands::default() };
    let snapshot = facts.snapshot;
    let namespace = key.is_namespace().then(|| snapshot.namespace(key)).flatten();
    let namespace = namespace.map(|(object, labels)| {
        let governing = facts.governing(&key.name, &labels);
        Namespace { object, labels, governing }
    });
    let workload = (!key.namespace.is_empty()).then(|| snapshot.workload(key)).flatten();
    let workload = workload.map(|workload| {
        let namespace = ObjectKey::of_namespace(Arc::clone(&key.namespace));
        let namespace_labels = snapshot.labels(&namespace).unwrap_or_default();
        let governing = facts.governing(&key.namespace, &namespace_labels);
        Governed { workload, namespace_labels, governing }
    });
    let is_declared = facts.declared.rights.names(key);
    Stands {
        namespace,
        workload,
        // What is declared of a subject may be missing altogether.
        grantee: snapshot.grantee(key).or_else(|| is_declared.then(|| snapshot.ungranted(key))),
        role: snapshot.role(key),
        binding: snapshot.binding(key),
        policy: snapshot.policy(key),
    }
}

/// What the check finds; an error, with what was said, if it panicked.
pub(super) fn evaluate(
    check: &Check,
    scope: &Scope,
    stands: &Stands<'_>,
    facts: &Facts<'_>,
) -> Result<Vec<Finding>, String> {
    let nothing = Vec::new;
    let rule = || match (check.rule, scope) {
        (Rule::Cluster(rule), Scope::Cluster) => rule(facts),
        (Rule::Object(rule), Scope::Object(key)) => rule(facts, key),
        (Rule::Namespace(rule), _) => stands.namespace.as_ref().map_or_else(nothing, |it| rule(facts, it)),
        (Rule::Workload(rule), _) => stands.workload.as_ref().map_or_else(nothing, |it| rule(facts, it)),
        (Rule::Grantee(rule), _) => stands.grantee.as_ref().map_or_else(nothing, |it| rule(facts, it)),
        (Rule::Reader { grantee, workload }, _) => {
            let of_grantee = stands.grantee.as_ref().map_or_else(nothing, |it| grantee(facts, it));
            let of_workload = stands.workload.as_ref().map_or_else(nothing, |it| workload(facts, it));
            [of_grantee, of_workload].concat()
        }
        (Rule::Role(rule), _) => stands.role.as_ref().map_or_else(nothing, |it| rule(facts, it)),
        (Rule::Binding(rule), _) => {
            stands.binding.as_ref().map_or_else(nothing, |(object, it)| rule(facts, object, it))
        }
        (Rule::Isolation { workload, namespace }, _) => {
            let of_workload = stands.workload.as_ref().map_or_else(nothing, |it| workload(facts, it));
            let of_namespace = stands.namespace.as_ref().map_or_else(nothing, |it| namespace(facts, it));
            [of_workload, of_namespace].concat()
        }
        (Rule::Policy(rule), _) => {
            stands.policy.as_ref().map_or_else(nothing, |(object, it)| rule(facts, object, it))
        }
        (Rule::Cluster(_) | Rule::Object(_), _) => nothing(),
    };
    // A check only reads, so that nothing is left half done by its panic.
    catch_unwind(AssertUnwindSafe(rule)).map_err(|panic| {
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        message.unwrap_or_else(|| "without a message".to_owned())
    })
}
