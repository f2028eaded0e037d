//! The thread that keeps the journal, so that a slow disk never holds up the walk before its queue is full.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::now;
use crate::model::{Transition, View, chain};
use crate::sinks::journal::{Journal, JournalError};
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
    pub(super) ended: oneshot::Receiver<()>,
}

/// Starts the thread. It ends, with everything written and durable, when the sender is dropped.
pub(super) fn start(journal: Journal, metrics: Arc<Metrics>) -> std::io::Result<Keeper> {
    let (entries, queue) = mpsc::channel(ENTRIES_MAX);
    let (done, ended) = oneshot::channel();
    let (wrote, written) = watch::channel(journal.written());
    let keep = move || {
        keep(journal, queue, &metrics, &wrote);
        // Nobody waits for it where the daemon failed to start.
        let _unheard = done.send(());
    };
    std::thread::Builder::new().name("journal".to_owned()).spawn(keep)?;
    Ok(Keeper { entries, written, ended })
}

fn keep(
    mut journal: Journal,
    mut queue: mpsc::Receiver<Entry>,
    metrics: &Metrics,
    wrote: &watch::Sender<u64>,
) {
    let mut failing = false;
    let mut last = None;
    while let Some(entry) = queue.blocking_recv() {
        let outcome = match &entry {
            Entry::Happened(transitions, view) => journal.append(transitions, view, now()),
            Entry::Tick(view) => journal.tick(view, now()),
        };
        if outcome.is_ok() {
            // Whoever waits for an event to be kept hears of it once it is kept as the settings ask.
            wrote.send_if_modified(|written| {
                std::mem::replace(written, journal.written()) != journal.written()
            });
        }
        metrics.journal_sequence(journal.written());
        metrics.sink_queue_depth("journal", queue.len() + journal.pending());
        report(&outcome, &mut failing);
        let dropped = journal.take_dropped();
        metrics.dropped("journal", "disk", dropped.unwritten);
        metrics.dropped("journal", "too-long", dropped.too_long);
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
