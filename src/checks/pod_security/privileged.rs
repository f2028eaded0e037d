//! No container may be privileged.
//!
//! Pod Security Standards, level baseline, since v1.0. Fields: `securityContext.privileged` of every
//! container in `spec.containers`, `spec.initContainers` and `spec.ephemeralContainers`. Allowed: undefined
//! or false. <https://kubernetes.io/docs/concepts/security/pod-security-standards/>

use std::collections::BTreeMap;

use crate::baseline::{Baseline, Level};
use crate::checks::{Check, Facts, POD_KINDS, Reads, Rule, Subject, spec_path};
use crate::model::{CheckInfo, Direction, Finding, Severity};
use crate::snapshot::{Role, Workload};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "pod-security/privileged",
        severity: Severity::Critical,
        title: "privileged container",
        why: "A privileged container has every right of root on its node: whoever gets into it owns the node, \
              with every pod and secret there.",
        mend: "Remove securityContext.privileged from the container, or set it to false; where it needs a single \
               right, add that one capability instead.",
        references: &["https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline"],
    },
    reads: Reads::Kinds(POD_KINDS),
    rule: Rule::Workload(evaluate),
};

fn evaluate(_: &Facts<'_>, subject: &Subject<'_>) -> Vec<Finding> {
    let workload = &subject.workload;
    let level = |it: &&Baseline| it.pod_security.as_ref().map(|it| it.level);
    if subject.governing.iter().filter_map(level).max().is_none_or(|level| level == Level::Privileged) {
        return Vec::new();
    }
    // One container may be privileged in several templates at once, during a rollout for example.
    let mut pods_by_container: BTreeMap<(Role, &str), u64> = BTreeMap::new();
    for (template, pods) in &workload.templates {
        for container in template.containers.iter().filter(|container| container.privileged) {
            *pods_by_container.entry((container.role, &container.name)).or_default() += pods;
        }
    }
    pods_by_container.into_iter().map(|((role, name), pods)| finding(workload, role, name, pods)).collect()
}

fn finding(workload: &Workload, role: Role, container: &str, pods: u64) -> Finding {
    let key = &workload.object.key;
    let (path, field) = (spec_path(&key.kind), role.field());
    let running = match pods {
        0 => "no pod runs it".to_owned(),
        1 => "1 pod runs it".to_owned(),
        _ => format!("{pods} pods run it"),
    };
    Finding {
        object: workload.object.clone(),
        key: format!("{container}/privileged"),
        direction: Direction::Loosened,
        count: pods,
        message: format!("container {container} of {key} is privileged; {running}"),
        expected: "undefined or false".to_owned(),
        actual: "true".to_owned(),
        path: format!("{path}.{field}[{container}].securityContext.privileged"),
        remedy: String::new(),
        declaration: None,
    }
}
