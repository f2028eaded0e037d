//! The daemon: edges, channels and tasks, the one loop and the one clock.

mod client;
mod edges;
mod keeper;
mod ports;
mod vigil;
mod walk;

use std::sync::Arc;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::checks;
use crate::config::Config;
use crate::engine::Engine;
use crate::model::{CheckInfo, Transition, View};
use crate::serve::Vitals;
use crate::sinks::journal::Journal;
use crate::snapshot::{Intake, Snapshot};
pub(crate) use client::connect;
pub(crate) use edges::watch as follow;
use keeper::Keeper;
pub use ports::Addresses;
use ports::Shown;
use vigil::Vigil;
use walk::Walk;

/// What the time is. Everything below is told.
#[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A transition with the time from the change that caused it to the verdict.
#[derive(Debug, Clone)]
pub struct Told {
    pub transition: Transition,
    /// None where no single change caused it.
    pub latency: Option<SignedDuration>,
}

/// The daemon at work.
#[derive(Debug)]
pub struct Daemon {
    /// Where it serves.
    pub addresses: Addresses,
    /// What is known, as it changes.
    pub view: watch::Receiver<Arc<View>>,
    shutdown: watch::Sender<bool>,
    tasks: JoinSet<()>,
    keeper: tokio::sync::oneshot::Receiver<()>,
}

/// How long shutdown may take: the journal is written and durable by then, or it is not to be had.
const SHUTDOWN_MAX: std::time::Duration = std::time::Duration::from_secs(4);

/// How long those who are being answered are waited for after that.
const ANSWERS_MAX: std::time::Duration = std::time::Duration::from_millis(500);

/// Watches the cluster that the settings name until the process is told to end.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let client = client::connect(&config.kube).await?;
    // SIGHUP has the baseline read again. Where there is none to read it must not end the daemon.
    let _hangup = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
    let mut daemon = Daemon::start(&config, client, None).await?;
    let ended = tokio::select! {
        signal = ended_by_signal() => signal.map(|signal| tracing::info!(signal, "ending")),
        failed = daemon.failed() => failed,
    };
    // Whatever ended it, what was told is kept.
    let stopped = daemon.stop().await;
    ended.and(stopped)
}

impl Daemon {
    /// Starts watching through `client`. What happens is also told to `told`, if somebody listens; its
    /// queue must be read, for the walk waits when it is full.
    pub async fn start(
        config: &Config,
        client: kube::Client,
        told: Option<mpsc::Sender<Told>>,
    ) -> anyhow::Result<Self> {
        let families = &config.checks.families;
        let (checks, kinds) = (checks::in_force(families), checks::watched(families));
        let (journal, restored) =
            Journal::open(&config.journal.dir, edges::journal_options(config), &lookup, now())?;
        for problem in &restored.problems {
            tracing::warn!(problem, "the journal was damaged");
        }
        let snapshot = Arc::new(Snapshot::default());
        let retention = SignedDuration::try_from(config.alertmanager.resolved_keep)?;
        let mut tasks = JoinSet::new();
        let declared = edges::declare(&mut tasks, config)?;
        let in_force = Arc::clone(&declared.borrow());
        let mut engine =
            Engine::new(&checks, Arc::clone(&in_force), Arc::clone(&snapshot), retention).watching(&kinds);
        engine.await_declared();
        if restored.existed {
            tracing::info!(seq = restored.seq, deviations = restored.deviations.len(), "took up the journal");
            engine.restore(restored.seq, restored.deviations);
        }
        let metrics = Arc::new(edges::metrics(&checks));
        metrics.journal_problems(restored.problems.len());
        walk::note_declared(&metrics, &in_force);
        let (view, seen) = watch::channel(Arc::new(engine.view(now())));
        let (shutdown, ending) = watch::channel(false);
        let Keeper { entries, written, head, ended } =
            keeper::start(journal, Arc::clone(&metrics)).context("failed to start the journal's thread")?;
        let reviewed = Arc::clone(&snapshot);
        let intake = Arc::new(Intake::of(snapshot));
        let vitals = Arc::new(Vitals::default());
        let shown = Shown {
            metrics: Arc::clone(&metrics),
            vitals: Arc::clone(&vitals),
            view: seen.clone(),
            written,
            head,
        };
        let addresses = ports::open(&mut tasks, config, &client, shown, &ending).await?;
        edges::alert(&mut tasks, config, &metrics, &seen, &ending)?;
        let deliveries = edges::watch(&mut tasks, config, &client, &intake, &kinds);
        let reviews = edges::review(&mut tasks, &client, reviewed);
        let journal = entries;
        let vigil = Vigil::default();
        let walk = Walk {
            engine,
            intake,
            deliveries,
            reviews,
            declared,
            view,
            journal,
            metrics,
            vitals,
            told,
            vigil,
        };
        tasks.spawn(walk.run(ending));
        Ok(Self { addresses, view: seen, shutdown, tasks, keeper: ended })
    }

    /// Ends with an error when a part of the daemon has ended, which none does by itself.
    pub async fn failed(&mut self) -> anyhow::Result<()> {
        match self.tasks.join_next().await {
            Some(Err(error)) => Err(error).context("a part of the daemon failed"),
            Some(Ok(())) | None => anyhow::bail!("a part of the daemon ended"),
        }
    }

    /// Ends the daemon, with the journal written and durable.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { shutdown, mut tasks, keeper, .. } = self;
        shutdown.send_replace(true);
        let ended = async {
            // The walk lets go of the journal's queue when it ends, and with that the journal ends.
            keeper.await.context("the journal's thread failed")
        };
        let journalled = timeout(SHUTDOWN_MAX, ended).await.context("the journal did not end in time")?;
        // Who is being answered gets the rest of the answer; the other parts end by themselves.
        let answered = async { while tasks.join_next().await.is_some() {} };
        let _cut_off = timeout(ANSWERS_MAX, answered).await;
        journalled
    }
}

/// The check of this id, for the journal to restore deviations by.
fn lookup(id: &str) -> Option<&'static CheckInfo> {
    checks::find(id).map(|check| &check.info)
}

/// Waits for SIGTERM or SIGINT, and returns the signal's name.
pub(crate) async fn ended_by_signal() -> anyhow::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => Ok("SIGTERM"),
        _ = interrupt.recv() => Ok("SIGINT"),
    }
}
