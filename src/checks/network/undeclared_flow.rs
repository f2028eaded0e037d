//! Where `allow` is declared, nothing flows but what is allowed.
//!
//! Reads policies, the labels, the named ports and the addresses of pods and templates, and `spec.network`. What other
//! checks tell is left out: with `within: namespace`, flows between pods are those of `network/cross-namespace`; with
//! `internet`, flows to addresses outside are those of `network/internet-egress`. What is left are flows between pods,
//! within a namespace too, and flows with addresses outside the cluster. It is told where a flow arrives, if this baseline
//! governs that, else where it leaves. Flows to the cluster's DNS are allowed. Where `defaultDeny` names a direction that
//! nothing isolates, `network/not-isolated` tells that alone.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

use super::question::{Question, Reach};
use super::undeclared::{Told, tell};
use super::ways::Ways;
use super::{CHECKLIST, POLICIES, outside};
use crate::checks::{Check, FLOWS_TO_ADDRESSES, Facts, Governed, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::network::{Class, Direction};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/undeclared-flow",
        severity: Severity::High,
        title: "flows that are not allowed",
        why: "What may talk to what is declared, so that whoever takes over one pod stays there. A flow beyond that is \
              a way on that nobody has looked at.",
        mend: "Narrow the rule that lets the flow through to the pods, addresses and ports that need it. Where the flow \
               is wanted, declare it in `spec.network.allow`. Addresses of the cluster that are not known to be are \
               named by `spec.network.inside`.",
        references: &[POLICIES, CHECKLIST],
    },
    reads: FLOWS_TO_ADDRESSES,
    rule: Rule::Workload(rule),
};

fn rule(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    let told = Told {
        check: CHECK.info.id,
        arrives: "can be connected to by others than are allowed",
        leaves: "can connect to others than are allowed",
        expected: "no flow but what is allowed",
    };
    tell(facts, governed, |network| network.allow.is_some(), Reach::Everywhere, ask, &told)
}

fn ask(question: &Question<'_>, class: &Class, ways: &mut Ways) -> bool {
    let network = question.network;
    let of_pods = !network.within_namespace && question.ask(class, ways);
    let is_told_here = question.direction == Direction::Ingress || network.internet.is_none();
    let of_addresses = is_told_here && outside::ask(question, class, ways);
    of_pods || of_addresses
}
