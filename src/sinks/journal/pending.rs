//! What waits for the disk, in bounded length, and what had to be given up meanwhile.

use std::collections::VecDeque;

use super::Dropped;
use super::chain::Chain;
use super::checkpoint::fits;
use super::gap::{LossReason, Lost};
use crate::model::Transition;
use crate::sinks::event::{Context, render_event};

/// How many bytes are written at once. A batch stays or goes as a whole.
const BATCH_BYTES: usize = 256 << 10;

/// Events that are to be written and losses that are to be declared, each oldest first.
#[derive(Debug, Default)]
pub(super) struct Pending {
    events: VecDeque<Transition>,
    /// Never more than there may be events, because what lies between events that are dropped becomes one.
    lost: VecDeque<Lost>,
    dropped: Dropped,
}

/// Lines that are written together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    /// The chain after them.
    pub(super) chain: Chain,
    /// The number of the last event that they tell of, or declare lost.
    pub(super) seq: u64,
    events: usize,
    lost: usize,
}

impl Batch {
    fn put(&mut self, line: &str, seq: u64) {
        self.chain.link(line.as_bytes());
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
        self.seq = seq;
    }
}

impl Pending {
    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.lost.is_empty()
    }

    /// What was dropped since this was last asked.
    pub(super) fn take_dropped(&mut self) -> Dropped {
        std::mem::take(&mut self.dropped)
    }

    pub(super) fn push(&mut self, event: &Transition) {
        if fits(&event.deviation) {
            self.events.push_back(event.clone());
            return;
        }
        let (seq, reason) = (event.seq, LossReason::TooLong);
        self.dropped.count(reason, 1);
        match self.lost.back_mut() {
            Some(lost) if lost.reason == reason && lost.last + 1 == seq => lost.last = seq,
            _ => self.lost.push_back(Lost { first: seq, last: seq, reason }),
        }
    }

    /// The next lines, which begin after `chain`.
    pub(super) fn batch(&self, context: &Context<'_>, chain: Chain) -> Batch {
        let mut batch = Batch { bytes: Vec::with_capacity(BATCH_BYTES), chain, ..Batch::default() };
        for event in &self.events {
            self.declare(&mut batch, event.seq);
            let line = render_event(event, context, batch.chain.previous());
            batch.put(&line, event.seq);
            batch.events += 1;
            if batch.bytes.len() >= BATCH_BYTES {
                return batch;
            }
        }
        self.declare(&mut batch, u64::MAX);
        batch
    }

    /// Declares what was lost before the event `seq`.
    fn declare(&self, batch: &mut Batch, seq: u64) {
        while let Some(lost) = self.lost.get(batch.lost).filter(|lost| lost.first < seq) {
            let line = lost.render(batch.chain.previous());
            batch.put(&line, lost.last);
            batch.lost += 1;
        }
    }

    /// Forgets what `batch` told, because it is written.
    pub(super) fn forget(&mut self, batch: &Batch) {
        self.events.drain(..batch.events);
        self.lost.drain(..batch.lost);
    }

    /// Drops the oldest events beyond `max`. Says whether there were any.
    pub(super) fn drop_beyond(&mut self, max: usize, reason: LossReason) -> bool {
        let excess = self.events.len().saturating_sub(max);
        let numbers: Vec<u64> = self.events.drain(..excess).map(|event| event.seq).collect();
        let (Some(&first), Some(&last)) = (numbers.first(), numbers.last()) else { return false };
        self.dropped.count(reason, excess as u64);
        let mut whole = Lost { first, last, reason };
        while let Some(other) = self.lost.front().filter(|other| other.first <= whole.last + 1) {
            whole.first = whole.first.min(other.first);
            whole.last = whole.last.max(other.last);
            self.lost.pop_front();
        }
        self.lost.push_front(whole);
        true
    }
}
