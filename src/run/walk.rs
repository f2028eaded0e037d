//! The walk of every event: absorbed, settled, told.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::keeper::Entry;
use super::vigil::Vigil;
use super::{Told, now};
use crate::baseline::Declared;
use crate::engine::Engine;
use crate::model::{Event, Transition, View};
use crate::serve::Vitals;
use crate::sinks::metrics::{Metrics, WatchEvent};
use crate::snapshot::{Batch, Intake};
use crate::watch::{Delivery, EVENT_TYPES};

/// What the loop works with.
pub(super) struct Walk {
    pub(super) engine: Engine,
    pub(super) intake: Arc<Intake>,
    pub(super) deliveries: mpsc::Receiver<Delivery>,
    /// What the daemon itself may do, whenever it was asked.
    pub(super) reviews: mpsc::Receiver<Batch>,
    /// What is declared, whenever it changes.
    pub(super) declared: watch::Receiver<Arc<Declared>>,
    pub(super) view: watch::Sender<Arc<View>>,
    pub(super) journal: mpsc::Sender<Entry>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) vitals: Arc<Vitals>,
    pub(super) told: Option<mpsc::Sender<Told>>,
    pub(super) vigil: Vigil,
}

/// How many deliveries are settled together at most.
const DELIVERIES_MAX: usize = 64;

/// The events that a delivery counts, in its order.
const WATCH_EVENTS: [WatchEvent; EVENT_TYPES] = [
    WatchEvent::Added,
    WatchEvent::Modified,
    WatchEvent::Deleted,
    WatchEvent::Bookmark,
    WatchEvent::Error,
    WatchEvent::Listed,
];

/// How often the loop goes round when nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// After how many ticks what nobody shares any more is swept.
const SWEEP_TICKS: u64 = 60;

impl Walk {
    /// Goes on until told to end.
    pub(super) async fn run(mut self, mut ending: watch::Receiver<bool>) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ticks = 0u64;
        let mut taken = Vec::with_capacity(DELIVERIES_MAX);
        loop {
            tokio::select! {
                biased;
                // An error says that whoever could end the walk is gone.
                _ended = ending.changed() => return,
                at = tick.tick() => {
                    ticks += 1;
                    if !self.tend(ticks, at).await {
                        return;
                    }
                }
                Ok(()) = self.declared.changed() => self.declare().await,
                Some(review) = self.reviews.recv() => {
                    self.engine.absorb(review);
                    self.settle().await;
                }
                count = self.deliveries.recv_many(&mut taken, DELIVERIES_MAX) => {
                    if count == 0 {
                        return;
                    }
                    self.take(&mut taken).await;
                }
            }
        }
    }

    /// Takes deliveries in, judges what they touched, and tells what came of it.
    async fn take(&mut self, taken: &mut Vec<Delivery>) {
        let mut first = None;
        for delivery in taken.drain(..) {
            self.count(&delivery);
            first = first.or(Some(delivery.batch.seen));
            self.engine.absorb(delivery.batch);
        }
        self.settle().await;
        if let Some(seen) = first {
            self.vigil.judged(seen, now(), Instant::now());
        }
    }

    /// Holds the cluster against another baseline from here on.
    async fn declare(&mut self) {
        let declared = Arc::clone(&self.declared.borrow_and_update());
        note_declared(&self.metrics, &declared);
        self.engine.declare(declared, now());
        self.settle().await;
    }

    /// Judges what is owed, and tells what came of it.
    async fn settle(&mut self) {
        let transitions = self.engine.settle(now());
        if self.engine.moved() {
            let view = self.publish();
            self.tell(transitions, view).await;
        }
    }

    /// Does what time alone makes due. Says whether the journal is still kept.
    async fn tend(&mut self, ticks: u64, at: Instant) -> bool {
        self.vitals.beat();
        self.look_at_itself(at);
        self.engine.forget(now());
        if ticks.is_multiple_of(SWEEP_TICKS) {
            self.engine.forgive();
            self.intake.sweep();
        }
        // A waiver may have expired.
        self.settle().await;
        let view = self.publish();
        self.journal.send(Entry::Tick(view)).await.is_ok()
    }

    /// Notes how the daemon itself fares.
    fn look_at_itself(&mut self, at: Instant) {
        // The clocks are read together: the tick may have been due long ago.
        self.vigil.look_at_clocks(now(), Instant::now());
        self.vigil.look_at_dropped(self.metrics.dropped_so_far(), at);
        let changes = self.vigil.take(at);
        if !changes.is_empty() {
            self.engine.absorb(Batch { seen: now(), changes });
        }
    }

    fn count(&self, delivery: &Delivery) {
        for (event, count) in WATCH_EVENTS.into_iter().zip(delivery.events) {
            self.metrics.watch_events(delivery.kind, event, count);
        }
        if let Some(trouble) = &delivery.error {
            self.metrics.watch_error(delivery.kind, trouble.reason);
            tracing::warn!(kind = delivery.kind.label(), reason = trouble.reason, message = %trouble.message, "watch failed");
        }
        if delivery.error.is_none() || delivery.events.iter().any(|count| *count > 0) {
            self.metrics.watch_contact(delivery.kind, delivery.batch.seen.as_second());
        }
    }

    /// Makes a view of what is known, and shows it to whoever looks.
    fn publish(&mut self) -> Arc<View> {
        let view = Arc::new(self.engine.view(now()));
        let synced_before = self.view.borrow().synced();
        if view.synced() && !synced_before {
            tracing::info!(
                objects = view.kinds.iter().map(|kind| kind.objects).sum::<usize>(),
                "every kind is synced"
            );
        }
        self.view.send_replace(Arc::clone(&view));
        view
    }

    async fn tell(&self, transitions: Vec<Transition>, view: Arc<View>) {
        if transitions.is_empty() {
            return;
        }
        let judged = now();
        for transition in &transitions {
            self.metrics.observe_transition(transition, judged);
        }
        log(&transitions);
        if let Some(told) = &self.told {
            for transition in &transitions {
                let latency = transition.cause.as_ref().map(|cause| judged.duration_since(cause.seen));
                // Whoever listened may have gone.
                let _gone = told.send(Told { transition: transition.clone(), latency }).await;
            }
        }
        let _ended = self.journal.send(Entry::Happened(transitions, view)).await;
    }
}

/// Counts and logs how the baseline was read.
pub(super) fn note_declared(metrics: &Metrics, declared: &Declared) {
    metrics.baseline_loaded(declared.problems.len());
    for problem in &declared.problems {
        tracing::warn!(%problem, "the baseline has a problem");
    }
}

/// Logs one line for what was settled together; the journal has each.
fn log(transitions: &[Transition]) {
    let count = |event: Event| transitions.iter().filter(|transition| transition.event == event).count();
    let (opened, changed, resolved) = (count(Event::Opened), count(Event::Changed), count(Event::Resolved));
    let example = transitions.first().map(|it| it.deviation.finding.message.as_str());
    tracing::info!(opened, changed, resolved, example, "deviations");
}
