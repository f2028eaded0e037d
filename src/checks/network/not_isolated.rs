//! Every pod is isolated in the directions that `defaultDeny` names.
//!
//! Reads policies, the labels of pods and of templates, and `spec.network.defaultDeny`. A pod is isolated in a direction
//! if any policy of its namespace selects it and is of that type; pods are rolled up to their workload. A namespace
//! without any pod is judged by whether a new one would be isolated whatever its labels are, which takes a policy that
//! selects every pod. Pods in the network of their host are told by `network/host-network` alone.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation>

use super::{CHECKLIST, POLICIES, Said, declared, loosened};
use crate::checks::{Check, FLOWS, Facts, Governed, Namespace, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::network::Direction;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/not-isolated",
        severity: Severity::High,
        title: "pods that no network policy isolates",
        why: "As long as no policy selects a pod, everyone in the cluster may connect to it, and it may connect to \
              everyone: whoever takes over one pod reaches all the others, and whatever the nodes reach.",
        mend: "Give the namespace a policy that selects every pod (`podSelector: {}`) for both directions and lets \
               nothing through, and policies by label for what has to pass.",
        references: &[POLICIES, CHECKLIST],
    },
    reads: FLOWS,
    rule: Rule::Isolation { workload: of_workload, namespace: of_namespace },
};

fn of_workload(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    let asked = || declared(&governed.governing).any(|(_, network)| !network.default_deny.is_empty());
    if !asked() {
        return Vec::new();
    }
    let object = &governed.workload.object;
    let map = facts.snapshot.network();
    let endpoints = facts.snapshot.endpoints(&map, &object.key);
    let mut findings = Vec::new();
    for (baseline, network) in declared(&governed.governing) {
        for direction in &network.default_deny {
            let open = endpoints.iter().filter(|(id, _)| map.class(**id).side(*direction).is_open());
            let (classes, pods) = open.fold((0, 0), |(classes, all), (_, pods)| (classes + 1, all + pods));
            if classes == 0 {
                continue;
            }
            let some = if classes == endpoints.len() { "" } else { "some pods of " };
            let said = Said {
                message: format!("no policy isolates {some}{} for {}", object.key, way(*direction)),
                expected: format!("isolated for {}", direction.as_str()),
                actual: if some.is_empty() { "not isolated".into() } else { "some pods not isolated".into() },
                remedy: String::new(),
            };
            findings.push(loosened(object, direction.as_str(), pods, baseline, said));
        }
    }
    findings
}

fn of_namespace(facts: &Facts<'_>, namespace: &Namespace<'_>) -> Vec<Finding> {
    let name = &namespace.object.key.name;
    let map = facts.snapshot.network();
    if map.classes_in(name).next().is_some() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (baseline, network) in declared(&namespace.governing) {
        for direction in network.default_deny.iter().filter(|it| !map.isolates_any(name, **it)) {
            let said = Said {
                message: format!(
                    "no policy would isolate a new pod in namespace {name} for {}",
                    way(*direction)
                ),
                expected: format!("isolated for {}", direction.as_str()),
                actual: "a new pod would not be isolated".into(),
                remedy: String::new(),
            };
            findings.push(loosened(&namespace.object, direction.as_str(), 0, baseline, said));
        }
    }
    findings
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress: everyone may connect to them",
        Direction::Egress => "egress: they may connect to everyone",
    }
}
