//! Every pod is isolated in the directions that `defaultDeny` names.
//!
//! Reads policies, the labels of pods and of templates, and `spec.network.defaultDeny`. A pod is isolated in a direction
//! if any policy of its namespace selects it and is of that type; pods are rolled up to their workload. A namespace
//! without any pod is judged by whether a new one would be isolated whatever its labels are, which takes a policy that
//! selects every pod. Pods in the network of their host are told by `network/host-network` alone.
//!
//! Where the only network plugin that is recognised enforces no policies, that is told at its `DaemonSet`, as no pod is
//! isolated whatever policies say. Plugins are recognised as their own manifests install them, by the namespace and name
//! of the `DaemonSet`; where none is, nothing is claimed. Whether one that enforces policies is told not to, or fails to,
//! cannot be seen.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation>

use super::enforcement::unenforced;
use super::{CHECKLIST, POLICIES, Said, concerned, declared, loosened};
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
               nothing through, and policies by label for what has to pass. Where it is found at the DaemonSet of a \
               network plugin, no policy is enforced at all: run a plugin that does. Plugins are recognised by the \
               namespace and the name of their DaemonSets; where none is, nothing is said of it, nor of one that is \
               told not to enforce policies.",
        references: &[POLICIES, CHECKLIST],
    },
    reads: FLOWS,
    rule: Rule::Isolation { workload: of_workload, namespace: of_namespace },
};

fn of_workload(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    let mut findings = open_pods(facts, governed);
    findings.extend(unenforced(facts, governed));
    findings
}

/// The directions in which nothing isolates pods of the workload.
fn open_pods(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    if !declared(&governed.governing).any(|(_, network)| !network.default_deny.is_empty()) {
        return Vec::new();
    }
    let object = &governed.workload.object;
    let map = facts.snapshot.network();
    let endpoints = facts.endpoints(&map, &object.key);
    let mut findings = Vec::new();
    for (baseline, network) in declared(&governed.governing) {
        for direction in &network.default_deny {
            let open = endpoints.iter().filter(|(id, _)| map.class(**id).side(*direction).is_open());
            let (classes, pods) = open.fold((0, 0), |(classes, all), (_, pods)| (classes + 1, all + pods));
            if classes == 0 {
                continue;
            }
            let (part, actual) = if classes == endpoints.len() {
                ("", "not isolated")
            } else {
                ("some pods of ", "some pods not isolated")
            };
            let whom = format!("{part}{}", object.key);
            let (way, pods_open) = (way(*direction), concerned(pods));
            let message = format!("no policy isolates {whom} for {way}; {pods_open}");
            let said = said(*direction, &object.key.namespace, message, actual);
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
            let way = way(*direction);
            let message = format!("no policy would isolate a new pod in namespace {name} for {way}");
            let said = said(*direction, name, message, "a new pod would not be isolated");
            findings.push(loosened(&namespace.object, direction.as_str(), 0, baseline, said));
        }
    }
    findings
}

fn said(direction: Direction, namespace: &str, message: String, actual: &str) -> Said {
    let direction = direction.as_str();
    Said {
        message,
        expected: format!("isolated for {direction}"),
        actual: actual.to_owned(),
        remedy: format!(
            "give namespace {namespace} a NetworkPolicy with podSelector {{}} and policyTypes [{direction}]"
        ),
    }
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress, so that everyone may connect there",
        Direction::Egress => "egress, so that connections may go anywhere",
    }
}
