//! The edges, started from the settings.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::now;
use crate::baseline::Declared;
use crate::checks::{self, Check};
use crate::config::{self, Config};
use crate::model::{Kind, View};
use crate::sinks::alertmanager::{AlertOptions, Attempt, Target};
use crate::sinks::metrics::Metrics;
use crate::sinks::{alertmanager, journal};
use crate::snapshot::{Batch, Intake, Snapshot};
use crate::watch::baseline::Follower;
use crate::watch::{Delivery, Options};

/// How many transitions wait for a disk that takes none.
const JOURNAL_PENDING_MAX: usize = 100_000;

/// How long a kind that the server does not have goes unasked for: whoever installs it waits so long until it is seen.
const ABSENCE: Duration = Duration::from_secs(30);

pub(super) fn journal_options(config: &Config) -> journal::Options {
    let settings = &config.journal;
    let flush = match settings.flush {
        config::Flush::Each => journal::Flush::Each,
        config::Flush::Interval(interval) => journal::Flush::Every(whole_secs(interval)),
        config::Flush::Never => journal::Flush::Never,
    };
    journal::Options {
        cluster: config.cluster.clone(),
        flush,
        file_bytes_max: settings.file_max_bytes,
        retention: journal::Retention {
            // The one being written counts as well.
            files_max: settings.files_max.saturating_sub(1),
            bytes_max: settings.total_max_bytes,
            age_max: SignedDuration::try_from(settings.age_max).unwrap_or(SignedDuration::MAX),
        },
        pending_max: JOURNAL_PENDING_MAX,
    }
}

/// Metrics of which nothing is counted yet.
pub(super) fn metrics(checks: &[&'static Check]) -> Metrics {
    let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
    for check in checks {
        metrics.check_enabled(&check.info);
    }
    metrics
}

/// Reads what is declared where the settings say, and follows it from there on.
pub(super) fn declare(
    tasks: &mut JoinSet<()>,
    config: &Config,
) -> anyhow::Result<watch::Receiver<Arc<Declared>>> {
    let Some(path) = &config.baseline.path else {
        let (_never, declared) = watch::channel(Arc::new(Declared::hardened()));
        return Ok(declared);
    };
    let mut signals = signal(SignalKind::hangup()).context("failed to listen for SIGHUP")?;
    let (hang_up, told) = mpsc::channel(1);
    tasks.spawn(async move {
        while signals.recv().await.is_some() {
            // One that waits already says the same.
            let _full = hang_up.try_send(());
        }
    });
    let (follower, first) = Follower::start(path.clone(), checks::ids());
    let (changed, declared) = watch::channel(Arc::new(first));
    tasks.spawn(follower.run(changed, told));
    Ok(declared)
}

/// Starts a task for each of the kinds. Returns where they deliver.
pub(crate) fn watch(
    tasks: &mut JoinSet<()>,
    config: &Config,
    client: &kube::Client,
    intake: &Arc<Intake>,
    kinds: &[Kind],
) -> mpsc::Receiver<Delivery> {
    let (sender, deliveries) = mpsc::channel(config.watch.queue_depth);
    let options = Options {
        page_size: config.watch.page_size,
        lifetime: config.watch.lifetime,
        backoff_min: config.watch.backoff_min,
        backoff_max: config.watch.backoff_max,
        absence: ABSENCE,
        frame_max: config.watch.frame_max_bytes,
        clock: now,
    };
    for kind in kinds.iter().copied() {
        let (client, intake) = (client.clone(), Arc::clone(intake));
        tasks.spawn(crate::watch::watch(kind, client, options.clone(), intake, sender.clone()));
    }
    deliveries
}

/// Starts the task that asks what the daemon itself may do. Returns where its answers come.
pub(super) fn review(
    tasks: &mut JoinSet<()>,
    client: &kube::Client,
    snapshot: Arc<Snapshot>,
) -> mpsc::Receiver<Batch> {
    let (sender, answers) = mpsc::channel(1);
    tasks.spawn(crate::watch::review(client.clone(), snapshot, sender, now));
    answers
}

/// Starts a task for each Alertmanager.
pub(super) fn alert(
    tasks: &mut JoinSet<()>,
    config: &Config,
    metrics: &Arc<Metrics>,
    view: &watch::Receiver<Arc<View>>,
    ending: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let settings = &config.alertmanager;
    for (index, url) in settings.urls.iter().enumerate() {
        let target = Target::parse(&url.to_string())?;
        let sink = format!("alertmanager/{index}");
        let (view, ending, metrics) = (view.clone(), ending.clone(), Arc::clone(metrics));
        let options = alert_options(config);
        tasks.spawn(async move {
            let report = |attempt: Attempt<'_>| {
                match attempt.result {
                    Ok(()) => metrics.sink_sent(&sink),
                    Err(_) => metrics.sink_failed(&sink),
                }
                metrics.sink_queue_depth(&sink, attempt.waiting);
            };
            if let Err(error) = alertmanager::run(target, options, view, now, report, ending).await {
                tracing::error!(%error, "alerts cannot be sent");
            }
        });
    }
    Ok(())
}

fn alert_options(config: &Config) -> alertmanager::Options {
    let settings = &config.alertmanager;
    alertmanager::Options {
        alerts: AlertOptions {
            cluster: config.cluster.clone(),
            runbook_url: settings.runbook_url.clone().unwrap_or_default(),
            resend_secs: whole_secs(settings.resend),
        },
        batch_max: settings.batch_max,
        resolved_keep_secs: whole_secs(settings.resolved_keep),
        notify_initial: config.notify.initial,
        timeout_secs: whole_secs(settings.timeout),
    }
}

fn whole_secs(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
