//! Checks of the network: which pods are isolated, and which flows are open beyond what is declared.
//!
//! What policies let through is the map's to say ([`crate::network`]); these hold it against `spec.network`. The object
//! of a finding is the workload whose pods are exposed, or cut off.

mod closed;
mod covered;
pub(super) mod cross_namespace;
mod dns;
mod enforcement;
pub(super) mod host_network;
pub(super) mod internet_egress;
pub(super) mod lost_flow;
pub(super) mod not_isolated;
mod outside;
mod peers;
mod question;
pub(super) mod selects_nothing;
mod undeclared;
pub(super) mod undeclared_flow;
mod ways;

use std::sync::Arc;

use crate::baseline::{Baseline, Network};
use crate::checks::pod_security::number_of_pods;
use crate::model::{Direction, Finding, ObjectRef};

/// <https://kubernetes.io/docs/concepts/services-networking/network-policies/>
const POLICIES: &str = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";

/// <https://kubernetes.io/docs/concepts/security/security-checklist/#network-security>
const CHECKLIST: &str = "https://kubernetes.io/docs/concepts/security/security-checklist/#network-security";

/// The label that every namespace carries, with its name as value.
const METADATA_NAME: &str = "kubernetes.io/metadata.name";

/// The baselines that govern the workload and declare something of the network, with that.
fn declared<'a>(governing: &[&'a Baseline]) -> impl Iterator<Item = (&'a Baseline, &'a Network)> {
    governing.iter().copied().filter_map(|it| Some((it, it.network.as_ref()?)))
}

/// The words of a finding.
#[derive(Debug)]
struct Said {
    message: String,
    expected: String,
    actual: String,
    remedy: String,
}

/// How many pods it concerns, as the end of a sentence.
fn concerned(pods: u64) -> String {
    let yet = if pods == 0 { " yet" } else { "" };
    format!("it concerns {}{yet}", number_of_pods(pods))
}

/// A flow, or a lack of isolation, that should not be.
fn loosened(object: &ObjectRef, key: &str, count: u64, baseline: &Baseline, said: Said) -> Finding {
    Finding {
        object: object.clone(),
        exposed: None,
        key: key.to_owned(),
        direction: Direction::Loosened,
        count,
        message: said.message,
        expected: said.expected,
        actual: said.actual,
        path: String::new(),
        remedy: said.remedy,
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}

#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod tests;
