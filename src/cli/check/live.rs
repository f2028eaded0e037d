//! The live cluster, watched until all of it was seen once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::Verdict;
use crate::baseline::Declared;
use crate::checks::CHECKS;
use crate::cli::{runtime, terminal};
use crate::config::Config;
use crate::engine::Engine;
use crate::model::{Kind, Loss, Sight};
use crate::run::{connect, follow, now};
use crate::snapshot::{Intake, Snapshot};

/// How long nothing may come of the kinds that are waited for. What is not seen by then makes its checks blind.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Judges the cluster that the settings name by what is declared.
pub(super) fn judge(config: &Config, declared: &Arc<Declared>) -> anyhow::Result<Verdict> {
    let runtime = runtime::start()?;
    let verdict = runtime.block_on(look(config, declared));
    runtime::end(runtime);
    verdict
}

async fn look(config: &Config, declared: &Arc<Declared>) -> anyhow::Result<Verdict> {
    let client = connect(&config.kube).await?;
    let snapshot = Arc::new(Snapshot::default());
    let mut engine = Engine::new(CHECKS, Arc::clone(declared), Arc::clone(&snapshot), SignedDuration::ZERO);
    let mut tasks = JoinSet::new();
    let intake = Arc::new(Intake::of(Arc::clone(&snapshot)));
    let mut deliveries = follow(&mut tasks, config, &client, &intake);
    let bar = terminal::bar("kinds");
    bar.set_length(Kind::ALL.len() as u64);
    let mut deadline = Instant::now() + SILENCE_MAX;
    loop {
        let waiting = Kind::ALL.into_iter().filter(|kind| !is_final(&snapshot.sight(*kind))).count();
        bar.set_position((Kind::ALL.len() - waiting) as u64);
        if waiting == 0 {
            break;
        }
        let Ok(delivery) = timeout_at(deadline, deliveries.recv()).await else { break };
        let delivery = delivery.context("the watches ended")?;
        if delivery.error.is_none() {
            deadline = Instant::now() + SILENCE_MAX;
        }
        engine.absorb(delivery.batch);
    }
    bar.finish_and_clear();
    let now = now();
    engine.settle(now);
    let verdict = Verdict::new(&engine.view(now), declared);
    Ok(Verdict { cluster: Some(config.cluster.clone()), ..verdict })
}

/// Whether waiting would not show the kind better: it is seen, or what hides it does not pass by itself.
fn is_final(sight: &Sight) -> bool {
    match sight {
        Sight::Syncing | Sight::Lost(Loss::ServerError) => false,
        Sight::Synced
        | Sight::Lost(
            Loss::Unreachable | Loss::Unauthorized | Loss::Forbidden | Loss::NotServed | Loss::Undecodable,
        ) => true,
    }
}
