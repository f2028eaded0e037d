//! What one look at a cluster or at files came to.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::fail_on::{FailOn, fails};
use crate::baseline::Declared;
use crate::checks::BASELINE_PROBLEM;
use crate::cli::look::hidden_by;
use crate::cli::manifests::Place;
use crate::cli::problem::Problem;
use crate::model::{Deviation, DeviationId, Kind, ObjectKey, Severity, View, Waived, Waiver};

/// Everything that a report tells.
#[derive(Debug, Default)]
pub(in crate::cli) struct Verdict {
    /// The name of the cluster; none for files.
    pub(in crate::cli) cluster: Option<String>,
    /// The first of the files and directories that were judged; none for a cluster.
    pub(super) input: Option<Arc<str>>,
    pub(in crate::cli) deviations: Vec<Arc<Deviation>>,
    pub(in crate::cli) waived: Vec<Excused>,
    pub(super) blind: Vec<Blind>,
    pub(in crate::cli) problems: Vec<Problem>,
    /// How many objects were judged.
    pub(super) objects: u64,
    /// How many objects of files were passed over, because their kinds are not watched.
    pub(super) others: u64,
    pub(in crate::cli) places: HashMap<ObjectKey, Place>,
    /// Which deviations make the command fail; without a word, all of them.
    pub(super) fail_on: Vec<FailOn>,
}

/// A deviation that is none, because a waiver excuses it.
#[derive(Debug)]
pub(in crate::cli) struct Excused {
    pub(in crate::cli) deviation: Deviation,
    pub(in crate::cli) waiver: Arc<Waiver>,
}

/// A check that could not see a kind that it needs.
#[derive(Debug)]
pub(super) struct Blind {
    pub(super) check: &'static str,
    pub(super) kind: Kind,
    pub(super) reason: &'static str,
}

/// A judgement could not be passed on everything that was asked for.
const UNJUDGED: u8 = 2;
/// Something deviates.
const DEVIATES: u8 = 1;

impl Verdict {
    pub(super) fn new(view: &View, declared: &Declared) -> Self {
        Self {
            // What is wrong with the baseline is told among the problems, and once.
            deviations: view
                .standing
                .values()
                .filter(|it| it.check != &BASELINE_PROBLEM.info)
                .cloned()
                .collect(),
            waived: view.waived.iter().map(|(id, waived)| excused(*id, waived, view)).collect(),
            blind: blind(view),
            problems: declared.problems.iter().map(Problem::from).collect(),
            objects: view.kinds.iter().map(|kind| kind.objects as u64).sum(),
            ..Self::default()
        }
    }

    /// Brings everything into the order of reports: the worst first.
    pub(super) fn sort(&mut self) {
        self.deviations.sort_by(|a, b| rank(a).cmp(&rank(b)));
        self.waived.sort_by(|a, b| rank(&a.deviation).cmp(&rank(&b.deviation)));
        self.problems.sort();
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.deviations.iter().filter(|it| it.severity == severity).count()
    }

    /// How many deviations make the command fail.
    pub(super) fn failing(&self) -> usize {
        self.deviations.iter().filter(|it| fails(&self.fail_on, it)).count()
    }

    /// Whether everything that was asked for could be judged.
    pub(super) fn is_whole(&self) -> bool {
        self.blind.is_empty() && self.problems.is_empty()
    }

    /// The place of the object, where it comes from a file.
    pub(super) fn place(&self, object: &ObjectKey) -> Option<(&str, u32)> {
        self.places.get(object).map(|it| (&*it.file, it.line))
    }

    /// The exit status.
    pub(super) fn status(&self) -> u8 {
        match () {
            () if !self.is_whole() => UNJUDGED,
            () if self.failing() > 0 => DEVIATES,
            () => 0,
        }
    }
}

/// What the order of reports goes by.
pub(super) fn rank(deviation: &Deviation) -> (Severity, &str, &ObjectKey, &'static str, &str) {
    let finding = &deviation.finding;
    let key = &finding.object.key;
    (deviation.severity, &key.namespace, key, deviation.check.id, &finding.key)
}

fn excused(id: DeviationId, waived: &Waived, view: &View) -> Excused {
    Excused { deviation: waived.deviation(id, view.time), waiver: Arc::clone(waived.waiver()) }
}

fn blind(view: &View) -> Vec<Blind> {
    let reason = |kind: Kind| hidden_by(kind, &view.kinds[kind as usize].sight);
    let of_check = |it: &crate::model::CheckView| {
        let check = it.check.id;
        let blind = |kind: &Kind| Blind { check, kind: *kind, reason: reason(*kind) };
        it.blind.iter().map(blind).collect::<Vec<_>>()
    };
    view.checks.iter().flat_map(of_check).collect()
}

impl fmt::Display for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot see {}: {}", self.check, self.kind, self.reason)
    }
}
