//! No pod stands in the network of its host, where flows are declared.
//!
//! Asked wherever `spec.network` declares `defaultDeny`, `within`, `allow` or `internet`. Field: `spec.hostNetwork` of
//! pods and templates. Allowed: undefined or false. What policies do to such pods is not defined: nearly every plugin
//! takes their traffic for that of the node, so that no policy selects them and rules see the node's address. None of
//! the other checks of the network judges them.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods>

use crate::baseline::{Baseline, Network};
use crate::checks::pod_security::{Remedy, Violation, findings};
use crate::checks::{Check, FLOWS, Rule};
use crate::model::{CheckInfo, Severity};
use crate::snapshot::PodTemplate;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/host-network",
        severity: Severity::Medium,
        title: "pods in the network of their host, which policies do not hold",
        why: "A pod in the network of its host is none to network policies: it connects to whatever the node reaches, \
              is let in where the node is, and whoever reaches the node reaches what it listens on.",
        mend: "Remove hostNetwork from the pod's spec and make the pod reachable through a Service. Where it has to \
               be, as for the agent of a node, exclude its namespace or declare a waiver.",
        references: &[
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods",
        ],
    },
    reads: FLOWS,
    rule: Rule::Workload(|_, subject| findings(subject, judge)),
};

fn judge(baseline: &Baseline, template: &PodTemplate, violations: &mut Vec<Violation>) {
    if template.host_network && baseline.network.as_ref().is_some_and(declares_flows) {
        violations.push(Violation {
            key: "hostNetwork".to_owned(),
            part: String::new(),
            what: "stands in the network of its host, where no policy holds it".to_owned(),
            path: "spec.hostNetwork".to_owned(),
            expected: "undefined or false".into(),
            actual: "true".to_owned(),
            remedy: Remedy::Set("false".into()),
        });
    }
}

fn declares_flows(network: &Network) -> bool {
    !network.default_deny.is_empty() || network.limits_flows() || network.internet.is_some()
}
