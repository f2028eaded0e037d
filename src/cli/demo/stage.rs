//! Where the demo plays: the embedded cluster and the daemon that watches it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::Span;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::terminal::{self, Terminal};
use crate::config::Config;
use crate::demo::population;
use crate::demo::scenario::{self, Action, Expected, Step};
use crate::demo::server::Server;
use crate::demo::store::Store;
use crate::model::Kind;
use crate::run::{Addresses, Daemon, Told, now};

/// How many events of each kind the embedded cluster remembers.
const LOG_DEPTH: usize = 10_000;

/// How many transitions may wait to be shown.
const TOLD_MAX: usize = 1024;

/// How long the daemon may take to see a step.
const STEP_MAX: Duration = Duration::from_secs(10);

/// For how many days what is waived in the story is waived.
const WAIVED_DAYS: i64 = 30;

/// The cluster, the daemon, and what the daemon tells.
pub(super) struct Stage {
    server: Server,
    daemon: Daemon,
    told: mpsc::Receiver<Told>,
    /// The file of the baseline.
    baseline: PathBuf,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) seen: usize,
    pub(super) missing: usize,
    pub(super) unexpected: usize,
}

impl Stage {
    /// `folder` is where the journal and the baseline are kept.
    pub(super) async fn open(mut config: Config, folder: &Path) -> anyhow::Result<Self> {
        let baseline = folder.join("baseline.yaml");
        fs::write(&baseline, scenario::BASELINE).context("failed to write the baseline")?;
        config.baseline.path = Some(baseline.clone());
        config.journal.dir = folder.join("journal");
        let store = Arc::new(Store::new(LOG_DEPTH));
        population::populate(&store, now());
        let server = Server::start(store).await?;
        let url = server.url().parse().context("the embedded cluster has no address")?;
        let mut kube_config = kube::Config::new(url);
        kube_config.default_retry = false;
        let client = kube::Client::try_from(kube_config)?;
        let (tell, told) = mpsc::channel(TOLD_MAX);
        let daemon = Daemon::start(&config, client, Some(tell)).await?;
        Ok(Self { server, daemon, told, baseline })
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        self.daemon.stop().await
    }

    /// Where the daemon serves.
    pub(super) fn addresses(&self) -> Addresses {
        self.daemon.addresses
    }

    /// Where the embedded cluster serves.
    pub(super) fn cluster_url(&self) -> String {
        self.server.url()
    }

    /// How many objects of the kind there are in the cluster.
    pub(super) fn objects(&self, kind: Kind) -> usize {
        self.server.store().len(kind)
    }

    pub(super) fn apply(&self, step: &Step) -> anyhow::Result<()> {
        if step.action == Action::Waive {
            let through =
                TimeZone::UTC.to_datetime(now()).date().saturating_add(Span::new().days(WAIVED_DAYS));
            fs::write(&self.baseline, scenario::waived_baseline(through))
                .context("failed to write the baseline")?;
        }
        scenario::apply(step, self.server.store(), now());
        Ok(())
    }

    /// Shows transitions until all that are expected have come and the daemon holds what the cluster holds.
    pub(super) async fn await_transitions(
        &mut self,
        expected: &[Expected],
        terminal: &mut Terminal,
    ) -> anyhow::Result<Outcome> {
        let deadline = Instant::now() + STEP_MAX;
        let mut missing = expected.to_vec();
        let mut outcome = Outcome { seen: 0, missing: 0, unexpected: 0 };
        while !(missing.is_empty() && self.caught_up()) {
            tokio::select! {
                biased;
                told = timeout_at(deadline, self.told.recv()) => {
                    let Ok(told) = told else { break };
                    let told = told.context("the daemon ended")?;
                    let at = missing.iter().position(|it| is(it, &told));
                    terminal.transition(&told, at.is_some());
                    if let Some(at) = at {
                        missing.swap_remove(at);
                        outcome.seen += 1;
                    } else {
                        outcome.unexpected += 1;
                    }
                }
                changed = self.daemon.view.changed() => changed.context("the daemon ended")?,
            }
        }
        outcome.missing = missing.len();
        for it in &missing {
            terminal::missing(it);
        }
        Ok(outcome)
    }

    /// Shows whatever else happens.
    pub(super) async fn listen(&mut self, terminal: &mut Terminal) -> anyhow::Result<()> {
        loop {
            let told = self.told.recv().await.context("the daemon ended")?;
            terminal.transition(&told, true);
        }
    }

    /// Whether the daemon has seen as many objects of each kind as there are.
    fn caught_up(&self) -> bool {
        let view = self.daemon.view.borrow();
        view.synced() && view.kinds.iter().all(|it| it.objects == self.server.store().len(it.kind))
    }
}

fn is(expected: &Expected, told: &Told) -> bool {
    let deviation = &told.transition.deviation;
    expected.event == told.transition.event
        && expected.check == deviation.check.id
        && expected.object == deviation.finding.object.key
        && expected.key == deviation.finding.key
}
