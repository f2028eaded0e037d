//! Whether anything makes policies hold.

use super::{Said, loosened};
use crate::baseline::Baseline;
use crate::checks::{Facts, Governed};
use crate::model::{Finding, ObjectKey};
use crate::network::{ENFORCER, PLUGINS, Plugin, plugin};

/// What is to be said of a plugin that enforces no policies, where none is recognised that does: for every baseline by
/// which pods are to be isolated anywhere.
pub(super) fn unenforced(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    let workload = &governed.workload;
    let key = &workload.object.key;
    let is_unenforcing = plugin(key).is_some_and(|it| !it.enforces);
    if !is_unenforcing || brings_enforcer(governed) || has_enforcing(facts) {
        return Vec::new();
    }
    let pods = workload.templates.iter().map(|(_, pods)| pods).sum();
    let said = || Said {
        message: format!(
            "{key} enforces no network policy, and no plugin that does is recognised: no pod is isolated"
        ),
        expected: "a network plugin that enforces policies".to_owned(),
        actual: "no policy is enforced".to_owned(),
        remedy: format!("run a network plugin that enforces policies, or {ENFORCER} beside this one"),
    };
    let asks = |it: &&Baseline| it.network.as_ref().is_some_and(|network| !network.default_deny.is_empty());
    let asking = facts.declared.baselines.iter().filter(asks);
    asking.map(|baseline| loosened(&workload.object, "enforcement", pods, baseline, said())).collect()
}

/// Whether its pods run what enforces policies as a container of their own.
fn brings_enforcer(governed: &Governed<'_>) -> bool {
    let mut containers = governed.workload.templates.iter().flat_map(|(template, _)| &template.containers);
    containers.any(|it| &*it.name == ENFORCER)
}

/// Whether any plugin is there that enforces policies. One that cannot be read is.
fn has_enforcing(facts: &Facts<'_>) -> bool {
    let is_there =
        |key: &ObjectKey| facts.snapshot.labels(key).is_some() || facts.snapshot.unreadable(key).is_some();
    PLUGINS.iter().filter(|it| it.enforces).map(Plugin::key).any(|key| is_there(&key))
}
