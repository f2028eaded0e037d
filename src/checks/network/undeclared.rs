//! What is told of flows that nothing declares.

use super::question::{Question, Reach};
use super::ways::{Ways, steps};
use super::{Said, declared, loosened};
use crate::baseline::{Baseline, Network};
use crate::checks::remembered::{Asked, Verdict};
use crate::checks::{Facts, Governed};
use crate::model::{Finding, ObjectRef};
use crate::network::{Class, ClassId, Direction, Map};

/// How a check words what it finds.
#[derive(Debug)]
pub(super) struct Told {
    /// The check's id.
    pub(super) check: &'static str,
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
    let endpoints = facts.endpoints(&map, &object.key);
    let mut findings = Vec::new();
    for (baseline, network) in asking {
        for direction in Direction::ALL {
            let judge = || {
                let (snapshot, ungoverned) = (facts.snapshot, facts.ungoverned(&map, baseline));
                let question =
                    Question { snapshot, map: &map, network, ungoverned: &ungoverned, direction, reach };
                verdict(&map, endpoints.keys(), &question, ask)
            };
            let asked = Asked::new(told.check, baseline, direction, &endpoints);
            let verdict = facts.verdict(asked, judge);
            let pods = verdict.iter().map(|it| it.pods(&endpoints)).sum();
            findings.extend(verdict.map(|it| finding(object, direction, pods, baseline, &it, told)));
        }
    }
    findings
}

/// What is to be said of these classes; none where nothing comes.
fn verdict<'a>(
    map: &Map,
    classes: impl Iterator<Item = &'a ClassId>,
    question: &Question<'_>,
    ask: Ask,
) -> Option<Verdict> {
    let mut ways = Ways::default();
    let classes: Vec<ClassId> =
        classes.copied().filter(|id| ask(question, map.class(*id), &mut ways)).collect();
    let places = ways.places();
    let path = places.first()?.to_string();
    let actual = ways.words();
    let remedy = format!("{}, or declare the flow in spec.network.allow", steps(&places, question.direction));
    Some(Verdict { classes, found: actual.clone(), actual, path, remedy })
}

/// The finding of this verdict on the workload's pods.
fn finding(
    object: &ObjectRef,
    direction: Direction,
    pods: u64,
    baseline: &Baseline,
    verdict: &Verdict,
    told: &Told,
) -> Finding {
    let flows = match direction {
        Direction::Ingress => told.arrives,
        Direction::Egress => told.leaves,
    };
    let said = Said {
        message: format!("{} {flows}: {}", object.key, verdict.found),
        expected: told.expected.to_owned(),
        actual: verdict.actual.clone(),
        remedy: verdict.remedy.clone(),
    };
    Finding { path: verdict.path.clone(), ..loosened(object, direction.as_str(), pods, baseline, said) }
}
