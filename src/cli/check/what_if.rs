//! What manifests would open and close if they were applied over a cluster. Nothing is written to it.

pub(super) mod markdown;
pub(super) mod report;
pub(super) mod table;

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;

use super::summary::{besides, severities};
use super::verdict::{Excused, Verdict, rank};
use crate::baseline::Declared;
use crate::checks::{CHECKS, UNREADABLE};
use crate::cli::manifests::read_files;
use crate::cli::terminal;
use crate::engine::Engine;
use crate::model::{Deviation, View};
use crate::run::now;
use crate::snapshot::{Batch, Change, Intake, Snapshot};

/// What would be otherwise.
#[derive(Debug)]
pub(super) struct WhatIf {
    /// What the manifests are laid over.
    against: String,
    /// What stands afterwards and did not before.
    opened: Vec<Arc<Deviation>>,
    /// What stands before and afterwards, by other evidence.
    changed: Vec<Changed>,
    /// What stands before and not afterwards.
    closed: Vec<Arc<Deviation>>,
    /// What is told besides. Its deviations are those that the manifests bring about: what they open, and what they change
    /// as it is afterwards. What it has waived is what they would open if no waiver excused it.
    pub(super) verdict: Verdict,
}

#[derive(Debug)]
struct Changed {
    before: Arc<Deviation>,
    after: Arc<Deviation>,
}

/// Lays what is at the paths over what is at `against`, and judges both by what is declared.
pub(super) fn weigh(paths: &[PathBuf], against: &Path, declared: &Arc<Declared>) -> WhatIf {
    let snapshot = Arc::new(Snapshot::default());
    let bar = terminal::bar("objects");
    let below = read_files(&[against.to_owned()], Intake::of(Arc::clone(&snapshot)), &bar);
    let above = read_files(paths, Intake::of(Arc::clone(&snapshot)), &bar);
    let cluster = below.cluster().cloned();
    let now = below.observed.as_ref().map_or_else(now, |it| it.time);
    let mut engine = Engine::new(CHECKS, Arc::clone(declared), Arc::clone(&snapshot), SignedDuration::ZERO);
    engine.absorb(Batch { seen: now, changes: below.changes });
    if cluster.is_none() {
        snapshot.presume_bootstrap_roles();
    }
    engine.settle(now);
    let before = engine.view(now);
    engine.absorb(Batch { seen: now, changes: applied(above.changes, &snapshot) });
    engine.settle(now);
    let after = engine.view(now);
    bar.finish_and_clear();
    let mut told = compare(&before, &after, declared);
    told.against = against.display().to_string();
    told.verdict.problems.extend(below.problems);
    told.verdict.problems.extend(above.problems);
    told.verdict.cluster = cluster;
    told.verdict.input = paths.first().map(|it| it.display().to_string().into());
    told.verdict.others = above.others;
    told.verdict.places = above.places;
    told.sort();
    told
}

/// What changes in the cluster: the objects come, and pods go of which their workload would be another one. What the
/// files do not hold stays as it is.
fn applied(changes: Vec<Change>, snapshot: &Snapshot) -> Vec<Change> {
    let mut coming = changes;
    coming.retain(|it| matches!(it, Change::Seen(_) | Change::Unreadable { .. }));
    let facts = coming.iter().filter_map(|it| match it {
        Change::Seen(facts) => Some(facts),
        _ => None,
    });
    let mut changes = snapshot.displaced_by(facts);
    changes.extend(coming);
    changes
}

fn compare(before: &View, after: &View, declared: &Declared) -> WhatIf {
    let mut verdict = Verdict::new(after, declared);
    let (mut opened, mut changed) = (Vec::new(), Vec::new());
    for deviation in mem::take(&mut verdict.deviations) {
        match before.standing.get(&deviation.id) {
            // What of files cannot be read is told among the problems.
            _ if deviation.check == &UNREADABLE.info => continue,
            Some(known) if known.seq == deviation.seq => continue,
            Some(known) => {
                changed.push(Changed { before: Arc::clone(known), after: Arc::clone(&deviation) });
            }
            None => opened.push(Arc::clone(&deviation)),
        }
        verdict.deviations.push(deviation);
    }
    let was_there = |it: &Excused| {
        let id = &it.deviation.id;
        before.waived.contains_key(id) || before.standing.contains_key(id)
    };
    verdict.waived.retain(|it| !was_there(it));
    let gone = before.standing.iter().filter(|(id, _)| !after.standing.contains_key(*id));
    let closed = gone.map(|(_, deviation)| Arc::clone(deviation)).collect();
    WhatIf { against: String::new(), opened, changed, closed, verdict }
}

impl WhatIf {
    fn sort(&mut self) {
        self.opened.sort_by(|a, b| rank(a).cmp(&rank(b)));
        self.changed.sort_by(|a, b| rank(&a.after).cmp(&rank(&b.after)));
        self.closed.sort_by(|a, b| rank(a).cmp(&rank(b)));
        self.verdict.sort();
    }

    /// What it all comes to, in one line.
    fn summary(&self) -> String {
        let told = |count: usize, what: &str, severities: &str| match severities {
            "" => format!("{count} {what}"),
            severities => format!("{count} {what} ({severities})"),
        };
        let mut parts = vec![
            told(self.opened.len(), "opened", &severities(&self.opened)),
            told(self.changed.len(), "changed", ""),
            told(self.closed.len(), "closed", &severities(&self.closed)),
        ];
        parts.extend(besides(&self.verdict));
        parts.join(", ")
    }
}
