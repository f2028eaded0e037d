//! The live cluster, judged once.

use std::sync::Arc;

use jiff::SignedDuration;

use super::Verdict;
use crate::baseline::Declared;
use crate::checks::{in_force, watched};
use crate::cli::look::look;
use crate::cli::runtime;
use crate::config::Config;
use crate::engine::Engine;
use crate::run::{connect, now};
use crate::snapshot::Snapshot;

/// Judges the cluster that the settings name by what is declared.
pub(super) fn judge(config: &Config, declared: &Arc<Declared>) -> anyhow::Result<Verdict> {
    let runtime = runtime::start()?;
    let verdict = runtime.block_on(judge_seen(config, declared));
    runtime::end(runtime);
    verdict
}

async fn judge_seen(config: &Config, declared: &Arc<Declared>) -> anyhow::Result<Verdict> {
    let client = connect(&config.kube).await?;
    let snapshot = Arc::new(Snapshot::default());
    let (checks, kinds) = (in_force(&config.checks.families), watched(&config.checks.families));
    let mut engine = Engine::new(&checks, Arc::clone(declared), Arc::clone(&snapshot), SignedDuration::ZERO)
        .watching(&kinds);
    look(config, &client, &snapshot, &kinds, |batch| engine.absorb(batch)).await?;
    let now = now();
    engine.settle(now);
    let verdict = Verdict::new(&engine.view(now), declared);
    Ok(Verdict { cluster: Some(config.cluster.clone()), ..verdict })
}
