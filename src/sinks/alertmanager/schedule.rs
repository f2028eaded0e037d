//! Which deviations are to be sent next. Pure: the view, the time and what was acknowledged decide.
//!
//! It goes over the view by two marks. `news` is how far what changed was acknowledged; it comes first. `again`
//! is how far the present round of resending came. Both move on success alone, so that nothing is lost by a
//! failure and nothing has to be queued.

use std::ops::Bound;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Deviation, View};

/// How many deviations are looked at for one batch, so that passing over many that are not sent stays short.
const LOOK_MAX: usize = 2048;

/// Which deviations are sent at all, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// How many alerts a request carries at most.
    pub(super) batch_max: usize,
    /// Those that were there when the cluster was first seen, too.
    pub(super) initial: bool,
    /// For how long what was resolved is sent, in seconds.
    pub(super) resolved_keep_secs: u32,
}

#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// The last deviation in the order of transitions that was acknowledged when it was new.
    news: u64,
    /// The last one that was sent again in this round; none between rounds.
    again: Option<u64>,
}

/// What is to be sent, and what its success means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) deviations: Vec<Arc<Deviation>>,
    mark: Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    News(u64),
    Again(u64),
}

impl Schedule {
    /// Begins a round of sending everything again, unless one is under way.
    pub(super) fn begin_round(&mut self) {
        self.again.get_or_insert(0);
    }

    /// What is to be sent next; none where all is sent. An empty batch only has to be acknowledged.
    pub(super) fn next(&self, view: &View, rule: Rule, now: Timestamp) -> Option<Batch> {
        // A view that begins anew, with smaller numbers, is all news.
        let news = if view.seq < self.news { 0 } else { self.news };
        if let Some((last, deviations)) = look(view, news, u64::MAX, rule, now) {
            return Some(Batch { deviations, mark: Mark::News(last) });
        }
        let again = self.again?;
        let (last, deviations) = look(view, again, news, rule, now).unwrap_or((u64::MAX, Vec::new()));
        Some(Batch { deviations, mark: Mark::Again(last) })
    }

    /// The batch was taken, or is not worth sending again as it is.
    pub(super) fn acknowledge(&mut self, batch: &Batch) {
        match batch.mark {
            Mark::News(last) => self.news = last,
            Mark::Again(u64::MAX) => self.again = None,
            Mark::Again(last) => self.again = Some(last),
        }
    }

    /// How many deviations changed and are not acknowledged yet.
    pub(super) fn waiting(&self, view: &View) -> usize {
        view.by_seq.range((Bound::Excluded(self.news), Bound::Unbounded)).count()
    }
}

/// The deviations to send after `after` up to `until`, and the last one that was looked at; none where there is
/// nothing to look at.
fn look(
    view: &View,
    after: u64,
    until: u64,
    rule: Rule,
    now: Timestamp,
) -> Option<(u64, Vec<Arc<Deviation>>)> {
    if after >= until {
        return None;
    }
    let mut deviations = Vec::new();
    let mut last = None;
    let range = view.by_seq.range((Bound::Excluded(after), Bound::Included(until)));
    for (seq, deviation) in range.take(LOOK_MAX) {
        if deviations.len() == rule.batch_max {
            break;
        }
        last = Some(*seq);
        if rule.sends(deviation, now) {
            deviations.push(deviation.clone());
        }
    }
    last.map(|last| (last, deviations))
}

impl Rule {
    fn sends(self, deviation: &Deviation, now: Timestamp) -> bool {
        let keep = SignedDuration::from_secs(i64::from(self.resolved_keep_secs));
        let lately = deviation.resolved_at.is_none_or(|resolved| now.duration_since(resolved) < keep);
        lately && (self.initial || !deviation.initial)
    }
}
