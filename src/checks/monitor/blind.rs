//! Every watched kind must be seen, and what is let through in the network be known where it is declared.
//!
//! Reads how well each kind is seen. Blindness is one deviation, however many kinds it hides: their number
//! is its count, the reasons are its evidence. An API server that comes back by way of other errors changes
//! it, rather than resolving and opening it. Another one is that there are network policies of kinds that are not
//! modelled, which hide what is let through in the namespaces that they touch.

use std::collections::BTreeSet;

use super::own::of_cluster;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Finding, Kind, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "monitor/blind",
        severity: Severity::High,
        title: "what cannot be seen",
        why: "What is not seen is not judged: while a kind cannot be watched, its deviations neither open nor \
              resolve. Nor do those of the network where policies of other kinds than NetworkPolicy have a say.",
        mend: "Read the reason in /readyz and the log. Where it is forbidden, give the daemon's service account \
               list and watch on the kind; where it is unreachable, look after the API server or the network.",
        references: &[
            "https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes",
        ],
    },
    reads: Reads::Sight,
    rule: Rule::Cluster(evaluate),
};

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    lost_kinds(facts).into_iter().chain(hidden_flows(facts)).collect()
}

fn lost_kinds(facts: &Facts<'_>) -> Option<Finding> {
    let lost = facts.snapshot.lost();
    if lost.is_empty() {
        return None;
    }
    let reasons: BTreeSet<&str> = lost.iter().map(|(_, loss)| loss.as_str()).collect();
    let kinds: Vec<String> = lost.iter().map(|(kind, loss)| format!("{kind} ({})", loss.as_str())).collect();
    Some(Finding {
        count: lost.len() as u64,
        message: format!("cannot see {}", kinds.join(", ")),
        expected: "synced".to_owned(),
        actual: reasons.into_iter().collect::<Vec<_>>().join(", "),
        ..of_cluster("sight")
    })
}

/// A policy that cannot be read hides flows too, and is told by itself.
fn hidden_flows(facts: &Facts<'_>) -> Option<Finding> {
    let hiding = facts.snapshot.hiding_kinds().into_iter().filter(|kind| kind.is_foreign_policy());
    let kinds: Vec<&str> = hiding.map(Kind::label).collect();
    let is_declared = facts.declared.baselines.iter().any(|it| it.network.is_some());
    if kinds.is_empty() || !is_declared {
        return None;
    }
    let remedy = "Judge the namespaces that these policies touch by other means, and waive this.";
    Some(Finding {
        count: kinds.len() as u64,
        message: format!("cannot tell what the network lets through beside {}", kinds.join(", ")),
        expected: "NetworkPolicy alone".to_owned(),
        actual: kinds.join(", "),
        remedy: remedy.to_owned(),
        ..of_cluster("network")
    })
}
