//! What is observed: the live cluster, or files.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use jiff::Timestamp;

use super::document::Document;
use super::kept::{Keeper, Kept};
use crate::cli::look::look_by;
use crate::cli::manifests::{Files, read_files};
use crate::cli::problem::told;
use crate::cli::{runtime, terminal};
use crate::config::Config;
use crate::model::Kind;
use crate::run::{connect, now};
use crate::snapshot::{Batch, Intake, Snapshot};

/// What was observed, and when.
#[derive(Debug)]
pub(super) struct Source {
    /// None for files.
    cluster: Option<String>,
    time: Timestamp,
    snapshot: Arc<Snapshot>,
    kept: Kept,
}

impl Source {
    /// The cluster that the settings name.
    pub(super) fn live(config: &Config) -> anyhow::Result<Self> {
        let snapshot = Arc::new(Snapshot::default());
        let (keeper, originals) = Keeper::start()?;
        let intake = Intake::of(Arc::clone(&snapshot)).keeping(originals);
        let runtime = runtime::start()?;
        let seen = runtime.block_on(see(config, &snapshot, intake));
        // With the tasks goes what they could hand over.
        runtime::end(runtime);
        let time = seen?;
        Ok(Self { cluster: Some(config.cluster.clone()), time, snapshot, kept: keeper.finish()? })
    }

    /// What lies at the paths. What cannot be read of it is an error: in the snapshot it would not be there.
    pub(super) fn files(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let snapshot = Arc::new(Snapshot::default());
        let (keeper, originals) = Keeper::start()?;
        let bar = terminal::bar("objects");
        let intake = Intake::of(Arc::clone(&snapshot)).keeping(originals);
        let mut files = read_files(paths, intake, &bar);
        bar.finish_and_clear();
        let kept = keeper.finish()?;
        refuse(&files)?;
        let (cluster, time) = match &files.observed {
            Some(observed) => (observed.cluster.clone(), observed.time),
            None => (None, now()),
        };
        files.fill(&snapshot, &[], "is observed")?;
        Ok(Self { cluster, time, snapshot, kept })
    }

    pub(super) fn document(&self) -> Document<'_> {
        Document::new(self.cluster.as_deref(), self.time, &self.snapshot, &self.kept)
    }
}

async fn see(config: &Config, snapshot: &Arc<Snapshot>, intake: Intake) -> anyhow::Result<Timestamp> {
    let client = connect(&config.kube).await?;
    let absorb = |batch: Batch| {
        for change in batch.changes {
            snapshot.apply(change, &mut Vec::new());
        }
    };
    look_by(intake, config, &client, snapshot, &Kind::ALL, absorb).await?;
    Ok(now())
}

fn refuse(files: &Files) -> anyhow::Result<()> {
    if !files.problems.is_empty() {
        bail!("not everything could be read\n{}", told(&files.problems));
    }
    if files.hold_nameless() {
        bail!("an object has a generateName in place of a name; in a snapshot every object has a name");
    }
    Ok(())
}
