//! What is told of flows that nothing declares.

use super::declared;
use super::question::{Question, Reach};
use super::ways::{Place, Ways};
use super::{Said, loosened};
use crate::baseline::{Baseline, Network};
use crate::checks::words::at_most;
use crate::checks::{Facts, Governed};
use crate::model::{Finding, ObjectRef};
use crate::network::{Class, Direction};

/// How many places to narrow are named.
const PLACES_MAX: usize = 5;

/// How a check words what it finds.
#[derive(Debug)]
pub(super) struct Told {
    /// What is said of a workload to which it comes.
    pub(super) arrives: &'static str,
    /// What is said of one from which it goes.
    pub(super) leaves: &'static str,
    pub(super) expected: &'static str,
}

/// Adds the ways that a check looks for through the direction of a class. Returns whether there are any.
type Ask = fn(&Question<'_>, &Class, &mut Ways) -> bool;

/// The flows of the workload that are not declared by the baselines which ask for that, by direction.
pub(super) fn tell(
    facts: &Facts<'_>,
    governed: &Governed<'_>,
    asks: fn(&Network) -> bool,
    reach: Reach,
    ask: Ask,
    told: &Told,
) -> Vec<Finding> {
    let mut asking = declared(&governed.governing).filter(|(_, network)| asks(network)).peekable();
    if asking.peek().is_none() {
        return Vec::new();
    }
    let object = &governed.workload.object;
    let map = facts.snapshot.network();
    let endpoints = facts.snapshot.endpoints(&map, &object.key);
    let mut findings = Vec::new();
    for (baseline, network) in asking {
        let (snapshot, ungoverned) = (facts.snapshot, facts.ungoverned(&map, baseline));
        for direction in Direction::ALL {
            let question =
                Question { snapshot, map: &map, network, ungoverned: &ungoverned, direction, reach };
            let mut ways = Ways::default();
            let exposed = endpoints.iter().filter(|(id, _)| ask(&question, map.class(**id), &mut ways));
            let pods = exposed.map(|(_, pods)| pods).sum();
            if !ways.is_empty() {
                findings.push(finding(object, direction, pods, baseline, &ways, told));
            }
        }
    }
    findings
}

/// The finding of what comes by these ways.
fn finding(
    object: &ObjectRef,
    direction: Direction,
    pods: u64,
    baseline: &Baseline,
    ways: &Ways,
    told: &Told,
) -> Finding {
    let flows = match direction {
        Direction::Ingress => told.arrives,
        Direction::Egress => told.leaves,
    };
    let actual = ways.words();
    let said = Said {
        message: format!("{} {flows}: {actual}", object.key),
        expected: told.expected.to_owned(),
        actual,
        remedy: remedy(direction, ways),
    };
    let path = ways.places().first().map(ToString::to_string).unwrap_or_default();
    Finding { path, ..loosened(object, direction.as_str(), pods, baseline, said) }
}

fn remedy(direction: Direction, ways: &Ways) -> String {
    let steps = ways.places().into_iter().map(|place| match place {
        Place::NotIsolated => format!("isolate the pods for {}", direction.as_str().to_ascii_lowercase()),
        Place::Rule { .. } => format!("narrow {place}"),
    });
    let steps = at_most(steps.collect(), PLACES_MAX).join(", ");
    format!("{steps}, or declare the flow in spec.network.allow")
}
