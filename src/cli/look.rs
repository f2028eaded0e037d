//! A live cluster, watched until kinds of it were seen once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::terminal;
use crate::config::Config;
use crate::model::{Kind, Loss, Sight};
use crate::run::follow;
use crate::snapshot::{Batch, Intake, Snapshot};

/// How long nothing may come of the kinds that are waited for. What is not seen by then counts as hidden.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Hands over what there is of the kinds, until each is seen or waiting would not show it. `absorb` takes all of it
/// into the snapshot.
pub(super) async fn look(
    config: &Config,
    client: &kube::Client,
    snapshot: &Arc<Snapshot>,
    kinds: &[Kind],
    absorb: impl FnMut(Batch),
) -> anyhow::Result<()> {
    look_by(Intake::of(Arc::clone(snapshot)), config, client, snapshot, kinds, absorb).await
}

/// The same through this door of the snapshot.
pub(super) async fn look_by(
    intake: Intake,
    config: &Config,
    client: &kube::Client,
    snapshot: &Snapshot,
    kinds: &[Kind],
    mut absorb: impl FnMut(Batch),
) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    let intake = Arc::new(intake);
    let mut deliveries = follow(&mut tasks, config, client, &intake, kinds);
    let bar = terminal::bar("kinds");
    bar.set_length(kinds.len() as u64);
    let mut deadline = Instant::now() + SILENCE_MAX;
    loop {
        let waiting = kinds.iter().filter(|kind| !is_final(&snapshot.sight(**kind))).count();
        bar.set_position((kinds.len() - waiting) as u64);
        if waiting == 0 {
            break;
        }
        let Ok(delivery) = timeout_at(deadline, deliveries.recv()).await else { break };
        let delivery = delivery.context("the watches ended")?;
        if delivery.error.is_none() {
            deadline = Instant::now() + SILENCE_MAX;
        }
        absorb(delivery.batch);
    }
    bar.finish_and_clear();
    Ok(())
}

/// What there is of the kinds. One that cannot be listed is an error: without it every answer about `what` might be
/// another one.
pub(super) async fn see(
    config: &Config,
    client: &kube::Client,
    kinds: &[Kind],
    what: &str,
) -> anyhow::Result<Arc<Snapshot>> {
    let snapshot = Arc::new(Snapshot::default());
    let absorb = |batch: Batch| {
        for change in batch.changes {
            snapshot.apply(change, &mut Vec::new());
        }
    };
    look(config, client, &snapshot, kinds, absorb).await?;
    demand(&snapshot, kinds, what)?;
    Ok(snapshot)
}

/// An error where any of the kinds is not seen.
pub(super) fn demand(snapshot: &Snapshot, kinds: &[Kind], what: &str) -> anyhow::Result<()> {
    let hidden: Vec<String> = kinds
        .iter()
        .map(|kind| (*kind, snapshot.sight(*kind)))
        .filter(|(_, sight)| *sight != Sight::Synced)
        .map(|(kind, sight)| format!("{kind}: {}", hidden_by(kind, &sight)))
        .collect();
    if !hidden.is_empty() {
        bail!("not everything could be listed that {what}\n{}", hidden.join("\n"));
    }
    Ok(())
}

/// Why what checks need of a kind is hidden after the look.
pub(super) fn hidden_by(kind: Kind, sight: &Sight) -> &'static str {
    match sight {
        Sight::Lost(loss) => loss.as_str(),
        Sight::Syncing => "not-listed-in-time",
        Sight::Synced if kind.is_foreign_policy() => "not-modelled",
        Sight::Synced => "unreadable",
    }
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
