//! Files judged as if they were a cluster.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use super::Verdict;
use crate::baseline::Declared;
use crate::checks::{CHECKS, UNREADABLE};
use crate::cli::manifests::read_files;
use crate::cli::terminal;
use crate::engine::Engine;
use crate::run::now;
use crate::snapshot::{Batch, Intake, Snapshot};

/// Judges what lies at the paths by what is declared.
pub(in crate::cli) fn judge_files(paths: &[PathBuf], declared: &Arc<Declared>) -> Verdict {
    let snapshot = Arc::new(Snapshot::default());
    let bar = terminal::bar("objects");
    let files = read_files(paths, Intake::of(Arc::clone(&snapshot)), &bar);
    let mut engine = Engine::new(CHECKS, Arc::clone(declared), Arc::clone(&snapshot), SignedDuration::ZERO);
    let cluster = files.cluster().cloned();
    let are_refused = files.are_refused();
    // What was observed is judged as of then, so that it is judged alike at any time.
    let now = files.observed.as_ref().map_or_else(now, |it| it.time);
    engine.absorb(Batch { seen: now, changes: files.changes });
    if cluster.is_none() {
        snapshot.presume_bootstrap_roles();
    }
    engine.settle(now);
    bar.finish_and_clear();
    let mut verdict = Verdict::new(&engine.view(now), declared);
    if cluster.is_none() {
        // What of the files cannot be read is told among the problems, and once.
        verdict.deviations.retain(|it| it.check != &UNREADABLE.info);
    }
    if are_refused {
        // That nothing can be seen is told once, not for each check.
        verdict.blind.clear();
    }
    verdict.problems.extend(files.problems);
    let input = cluster.is_none().then(|| paths.first()).flatten();
    let input = input.map(|it| it.display().to_string().into());
    Verdict { cluster, input, others: files.others, places: files.places, ..verdict }
}
