//! Pushes alerts to Alertmanagers as Prometheus does: what stands is sent again each minute with an end four
//! minutes ahead, what was resolved is sent for a while more, and what changed is sent at once.
//!
//! It reads the latest view and nothing else, so that a failure, a restart or a slow Alertmanager loses nothing:
//! what was not sent is still in the view. Each Alertmanager has its own task and holds up no other.

mod client;
mod render;
mod schedule;
mod target;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

pub use client::SendError;
pub use render::{AlertOptions, render_alerts};
pub use target::{Target, TargetError};

use self::client::Client;
use self::schedule::{Batch, Rule, Schedule};
use crate::model::View;

/// The first wait after a failure; each further one doubles it, up to [`BACKOFF_MAX`].
const BACKOFF_MIN: Duration = Duration::from_millis(250);
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// How alerts are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub alerts: AlertOptions,
    /// How many alerts a request carries at most.
    pub batch_max: usize,
    /// For how long what was resolved is sent, in seconds.
    pub resolved_keep_secs: u32,
    /// Whether what was there when the cluster was first seen is sent too.
    pub notify_initial: bool,
    /// How long one request may take, in seconds.
    pub timeout_secs: u32,
}

impl Options {
    /// The defaults, for the cluster of this name.
    pub fn new(cluster: &str) -> Self {
        let cluster = cluster.to_owned();
        Self {
            alerts: AlertOptions { cluster, runbook_url: String::new(), resend_secs: 60 },
            batch_max: 256,
            resolved_keep_secs: 900,
            notify_initial: true,
            timeout_secs: 10,
        }
    }
}

/// What became of a request, for metrics and logs.
#[derive(Debug)]
pub struct Attempt<'a> {
    pub target: &'a Target,
    /// How many alerts it carried.
    pub alerts: usize,
    pub result: Result<(), &'a SendError>,
    /// How many changes are not acknowledged yet.
    pub waiting: usize,
}

/// Sends to `target` until `shutdown` is true or its sender is gone. `report` is told of each request.
///
/// # Errors
/// Only at once, when TLS cannot be set up because the system's root certificates cannot be read.
pub async fn run(
    target: Target,
    options: Options,
    mut view: watch::Receiver<Arc<View>>,
    clock: fn() -> Timestamp,
    report: impl Fn(Attempt<'_>) + Send + Sync,
    mut shutdown: watch::Receiver<bool>,
) -> Result<(), SendError> {
    let client = Client::new(&target, options.timeout_secs)?;
    let sender = Sender { target, options, client, clock, report, schedule: Schedule::default() };
    tokio::select! {
        () = sender.keep_sending(&mut view) => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
    Ok(())
}

struct Sender<R> {
    target: Target,
    options: Options,
    client: Client,
    clock: fn() -> Timestamp,
    report: R,
    schedule: Schedule,
}

impl<R: Fn(Attempt<'_>)> Sender<R> {
    /// Returns when there will be no further view.
    async fn keep_sending(mut self, view: &mut watch::Receiver<Arc<View>>) {
        let resend = Duration::from_secs(self.options.alerts.resend_secs.max(1).into());
        let mut round = Instant::now() + resend;
        loop {
            self.send_all(view).await;
            tokio::select! {
                changed = view.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(round) => {
                    self.schedule.begin_round();
                    round = Instant::now() + resend;
                }
            }
        }
    }

    /// Sends batch after batch, always of the latest view, until there is nothing more to send.
    async fn send_all(&mut self, view: &mut watch::Receiver<Arc<View>>) {
        let rule = Rule {
            batch_max: self.options.batch_max.max(1),
            initial: self.options.notify_initial,
            resolved_keep_secs: self.options.resolved_keep_secs,
        };
        let mut backoff = BACKOFF_MIN;
        loop {
            let latest = view.borrow_and_update().clone();
            let Some(batch) = self.schedule.next(&latest, rule, (self.clock)()) else { return };
            if self.send(&batch, &latest).await {
                backoff = BACKOFF_MIN;
            } else {
                tokio::time::sleep(jitter(backoff)).await;
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        }
    }

    /// Sends one batch, and acknowledges it if it is done with, which it tells.
    async fn send(&mut self, batch: &Batch, view: &View) -> bool {
        if batch.deviations.is_empty() {
            self.schedule.acknowledge(batch);
            return true;
        }
        let body = render_alerts(&batch.deviations, &self.options.alerts, (self.clock)());
        let result = self.client.post(&self.target, body).await;
        if let Err(error) = &result {
            // The wait after a failure keeps this from filling the log.
            tracing::warn!(alertmanager = self.target.name(), ?error, "alerts were not taken");
        }
        // An alert that is refused must not hold up those after it. It is sent again in the next round.
        let is_done = result.as_ref().err().is_none_or(SendError::is_refusal);
        if is_done {
            self.schedule.acknowledge(batch);
        }
        (self.report)(Attempt {
            target: &self.target,
            alerts: batch.deviations.len(),
            result: result.as_ref().copied(),
            waiting: self.schedule.waiting(view),
        });
        is_done
    }
}

/// Between half of `wait` and all of it, so that many daemons do not try in step.
fn jitter(wait: Duration) -> Duration {
    wait.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests;
