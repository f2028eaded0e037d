//! What one look at a cluster or at files came to.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;

use crate::baseline::Declared;
use crate::checks::BASELINE_PROBLEM;
use crate::cli::look::hidden_by;
use crate::cli::manifests::Place;
use crate::cli::problem::Problem;
use crate::model::{Deviation, DeviationId, Kind, ObjectKey, Severity, View, Waived, Waiver};

/// Everything that a report tells.
#[derive(Debug)]
pub(in crate::cli) struct Verdict {
    /// The name of the cluster; none for files.
    pub(in crate::cli) cluster: Option<String>,
    pub(in crate::cli) deviations: Vec<Arc<Deviation>>,
    pub(in crate::cli) waived: Vec<Excused>,
    pub(super) blind: Vec<Blind>,
    pub(in crate::cli) problems: Vec<Problem>,
    /// How many objects were judged.
    pub(super) objects: u64,
    /// How many objects of files were passed over, because their kinds are not watched.
    pub(super) others: u64,
    pub(in crate::cli) places: HashMap<ObjectKey, Place>,
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
            cluster: None,
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
            others: 0,
            places: HashMap::new(),
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

    pub(super) fn status(&self) -> ExitCode {
        match () {
            () if !self.blind.is_empty() || !self.problems.is_empty() => UNJUDGED.into(),
            () if !self.deviations.is_empty() => DEVIATES.into(),
            () => ExitCode::SUCCESS,
        }
    }
}

/// What the order of reports goes by.
fn rank(deviation: &Deviation) -> (Severity, &str, &ObjectKey, &'static str, &str) {
    let finding = &deviation.finding;
    let key = &finding.object.key;
    (deviation.severity, &key.namespace, key, deviation.check.id, &finding.key)
}

fn excused(id: DeviationId, waived: &Waived, view: &View) -> Excused {
    let Waived { check, finding, .. } = waived;
    let deviation = Deviation {
        id,
        check,
        severity: check.severity,
        finding: finding.clone(),
        seq: 0,
        since: view.time,
        opened_at: view.time,
        resolved_at: None,
        initial: true,
        actor: None,
    };
    Excused { deviation, waiver: Arc::clone(waived.waiver()) }
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
