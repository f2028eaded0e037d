//! The way through the node: whoever reaches into a node reads the secrets of every pod that it runs, of whatever
//! namespace they are.

use std::sync::Arc;

use super::{EXPECTED, asks, asks_of, is_admin};
use crate::baseline::Baseline;
use crate::checks::{Facts, Governed, path_to_pod};
use crate::model::{Direction, Finding, ObjectRef};
use crate::snapshot::{Grantee, NodeReach, account_of};

/// How many workloads of a service account are told. Of the others it is told how many there are.
const WORKLOADS_MAX: usize = 20;

/// The workload itself.
pub(super) fn evaluate(facts: &Facts<'_>, subject: &Governed<'_>) -> Vec<Finding> {
    let workload = &subject.workload;
    let namespace = &workload.object.key.namespace;
    let reaches = workload.templates.iter().filter_map(|(template, pods)| {
        Some((account_of(namespace, template), template.node_reach()?, *pods))
    });
    let reaches: Vec<_> = reaches.collect();
    let mut findings = Vec::new();
    for baseline in judging(facts, namespace) {
        let asked: Vec<_> = reaches.iter().filter(|(account, ..)| asks(baseline, account, "")).collect();
        let Some((_, first, _)) = asked.first() else { continue };
        let mut ways: Vec<&NodeReach> = asked.iter().map(|(_, reach, _)| reach).collect();
        ways.sort_unstable();
        ways.dedup();
        let ways: Vec<String> = ways.into_iter().map(NodeReach::to_string).collect();
        findings.push(Finding {
            count: asked.iter().map(|(.., pods)| pods).sum(),
            path: format!("{}{}", path_to_pod(&workload.object.key.kind), first.field()),
            ..finding(&workload.object, baseline, "node", &ways)
        });
    }
    findings
}

/// The service account as which workloads reach into their node.
pub(super) fn of_account(facts: &Facts<'_>, grantee: &Grantee) -> Vec<Finding> {
    let on_nodes = grantee.on_nodes();
    if on_nodes.is_empty() || is_admin(grantee) {
        return Vec::new();
    }
    let account = grantee.key;
    let told = on_nodes.iter().take(WORKLOADS_MAX);
    let mut ways: Vec<String> =
        told.map(|(workload, reach)| format!("runs {workload}, which {reach}")).collect();
    let more = on_nodes.len() - ways.len();
    ways.extend((more > 0).then(|| format!("and {more} more")));
    let asked = judging(facts, &account.namespace).filter(|baseline| asks_of(baseline, grantee, ""));
    // No namespace has a name with a slash.
    asked.map(|baseline| finding(&grantee.object(), baseline, "pods/node", &ways)).collect()
}

/// The baselines that judge workloads of this namespace. The secrets of a node may be of any namespace, so that every
/// baseline does which does not leave this one out.
fn judging<'a>(facts: &Facts<'a>, namespace: &str) -> impl Iterator<Item = &'a Baseline> {
    let excludes = move |it: &&Baseline| it.namespaces.exclude.iter().any(|it| it == namespace);
    facts.declared.baselines.iter().filter(move |it| !excludes(it))
}

fn finding(object: &ObjectRef, baseline: &Baseline, key: &str, ways: &[String]) -> Finding {
    let first = ways.first().map_or("", String::as_str);
    Finding {
        object: object.clone(),
        exposed: Some("".into()),
        key: key.to_owned(),
        direction: Direction::Loosened,
        count: 1,
        message: format!("{} has a way to the secrets of every pod on its node: it {first}", object.key),
        expected: EXPECTED.to_owned(),
        actual: ways.join("; "),
        path: String::new(),
        remedy: "run it without what reaches into the node, or waive it".to_owned(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}
