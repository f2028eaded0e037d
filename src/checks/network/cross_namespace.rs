//! Nothing flows between namespaces but what is allowed.
//!
//! Reads policies, the labels, the named ports and the addresses of pods and templates, and `spec.network` where it says
//! `within: namespace`. A flow is open where both of its ends let it through; open to or from another namespace, it has
//! to be covered by an entry of `allow`, or be one to the cluster's DNS. It is told at the workload where it arrives, if
//! this baseline governs that, else at the one that it leaves. Where `defaultDeny` names a direction that nothing
//! isolates, `network/not-isolated` tells that alone.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors>

use super::question::{Question, Reach};
use super::undeclared::{Told, tell};
use super::ways::Ways;
use super::{CHECKLIST, POLICIES};
use crate::checks::{Check, FLOWS, Facts, Governed, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::network::Class;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/cross-namespace",
        severity: Severity::High,
        title: "flows between namespaces that are not allowed",
        why: "A namespace is where one team or one service ends. What is open beyond it lets whoever takes over a pod \
              of the one reach into the other, and nobody has said that it should.",
        mend: "Narrow the rule that lets the flow through to the pods that need it: a `namespaceSelector` beside a \
               `podSelector`, in one entry, and the ports. Where the flow is wanted, declare it in \
               `spec.network.allow`.",
        references: &[POLICIES, CHECKLIST],
    },
    reads: FLOWS,
    rule: Rule::Workload(rule),
};

fn rule(facts: &Facts<'_>, governed: &Governed<'_>) -> Vec<Finding> {
    let told = Told {
        check: CHECK.info.id,
        arrives: "can be connected to from other namespaces, which is not declared",
        leaves: "can connect to other namespaces, which is not declared",
        expected: "no flow with other namespaces but what is allowed",
    };
    let ask = |question: &Question<'_>, class: &Class, ways: &mut Ways| question.ask(class, ways);
    tell(facts, governed, |network| network.within_namespace, Reach::Across, ask, &told)
}
