//! A live cluster, watched until kinds of it were seen once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
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
    mut absorb: impl FnMut(Batch),
) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    let intake = Arc::new(Intake::of(Arc::clone(snapshot)));
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

/// Why a kind that is not seen after the look is hidden.
pub(super) fn hidden_by(sight: &Sight) -> &'static str {
    match sight {
        Sight::Lost(loss) => loss.as_str(),
        Sight::Syncing | Sight::Synced => "not-listed-in-time",
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
