//! The thread that keeps the journal, so that a slow disk never holds up the walk before its queue is full.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::now;
use crate::model::{Transition, View, chain};
use crate::sinks::journal::{Head, Journal, JournalError, LossReason};
use crate::sinks::metrics::Metrics;

/// What the keeper is told.
pub(super) enum Entry {
    /// What happened, with the view that followed from it.
    Happened(Vec<Transition>, Arc<View>),
    /// A second has passed.
    Tick(Arc<View>),
}

/// How many entries may wait for the disk. When they do, the walk waits with them: nothing is lost, and
/// `/livez` says so if it lasts.
const ENTRIES_MAX: usize = 1024;

/// Where the keeper is told, and how one learns that it has ended.
pub(super) struct Keeper {
    pub(super) entries: mpsc::Sender<Entry>,
    /// The number up to which the journal is written.
    pub(super) written: watch::Receiver<u64>,
    /// How far it is written, with the hash of its end.
    pub(super) head: watch::Receiver<Option<Head>>,
    pub(super) ended: oneshot::Receiver<()>,
}

/// Starts the thread. It ends, with everything written and durable, when the sender is dropped.
pub(super) fn start(journal: Journal, metrics: Arc<Metrics>) -> std::io::Result<Keeper> {
    let (entries, queue) = mpsc::channel(ENTRIES_MAX);
    let (done, ended) = oneshot::channel();
    let (wrote, written) = watch::channel(journal.written());
    let (moved, head) = watch::channel(journal.head());
    metrics.journal_head(journal.head());
    // What opening it wrote was taken.
    metrics.journal_written(true);
    let keep = move || {
        keep(journal, queue, &metrics, &wrote, &moved);
        // Nobody waits for it where the daemon failed to start.
        let _unheard = done.send(());
    };
    std::thread::Builder::new().name("journal".to_owned()).spawn(keep)?;
    Ok(Keeper { entries, written, head, ended })
}

fn keep(
    mut journal: Journal,
    mut queue: mpsc::Receiver<Entry>,
    metrics: &Metrics,
    wrote: &watch::Sender<u64>,
    moved: &watch::Sender<Option<Head>>,
) {
    let mut failing = false;
    let mut last = None;
    while let Some(entry) = queue.blocking_recv() {
        let outcome = match &entry {
            Entry::Happened(transitions, view) => journal.append(transitions, view, now()),
            Entry::Tick(view) => journal.tick(view, now()),
        };
        let head = journal.head();
        if *moved.borrow() != head {
            metrics.journal_head(head.clone());
            moved.send_replace(head);
        }
        if outcome.is_ok() {
            // Whoever waits for an event to be kept hears of it once it is kept as the settings ask.
            wrote.send_if_modified(|written| {
                std::mem::replace(written, journal.written()) != journal.written()
            });
        }
        metrics.journal_written(outcome.is_ok());
        metrics.sink_queue_depth("journal", queue.len() + journal.pending());
        report(&outcome, &mut failing);
        let dropped = journal.take_dropped();
        for reason in LossReason::ALL {
            metrics.dropped("journal", reason.as_str(), dropped.of(reason));
        }
        let (Entry::Happened(_, view) | Entry::Tick(view)) = entry;
        last = Some(view);
    }
    if let Some(view) = last.filter(|_| journal.pending() > 0) {
        // The disk may take now what it did not take before.
        report(&journal.tick(&view, now()), &mut failing);
    }
    report(&journal.sync(), &mut failing);
}

/// Logs when writing begins to fail, and when it works again.
fn report(outcome: &Result<(), JournalError>, failing: &mut bool) {
    match outcome {
        Err(error) if !*failing => tracing::error!(error = %chain(error), "the journal cannot be written"),
        Ok(()) if *failing => tracing::info!("the journal is written again"),
        Err(_) | Ok(()) => {}
    }
    *failing = outcome.is_err();
}
