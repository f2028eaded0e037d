//! The watch that the daemon keeps over itself: how far its verdicts lag, what it dropped, whether its clock jumped.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::snapshot::{Change, Own, Trouble};

/// How late a verdict may come.
const LAG_MAX: SignedDuration = SignedDuration::from_secs(5);

/// How far the clock of the wall may go otherwise than one that nobody sets, between two looks.
const JUMP_MAX: SignedDuration = SignedDuration::from_secs(5);

/// For how long it must be quiet before a trouble is over.
const QUIET: Duration = Duration::from_mins(5);

/// How much was dropped, by place and reason.
type Dropped = BTreeMap<(&'static str, &'static str), u64>;

/// What troubles the daemon, and since when it has been quiet.
#[derive(Debug, Default)]
pub(super) struct Vigil {
    /// When each trouble was last seen.
    troubles: BTreeMap<Trouble, Instant>,
    /// What both clocks said at the last look.
    clocks: Option<(Timestamp, Instant)>,
    dropped: Dropped,
    told: Vec<Change>,
}

impl Vigil {
    /// A verdict came at `judged` on what was received at `seen`.
    pub(super) fn judged(&mut self, seen: Timestamp, judged: Timestamp, at: Instant) {
        let lag = judged.duration_since(seen);
        if lag > LAG_MAX {
            self.note(Trouble::Lag, || format!("a verdict took {} s", lag.as_secs()), at);
        }
    }

    /// Looks at the clocks.
    pub(super) fn look_at_clocks(&mut self, now: Timestamp, at: Instant) {
        let before = self.clocks.replace((now, at));
        let Some((wall, steady)) = before else { return };
        let passed = SignedDuration::try_from(at.duration_since(steady)).unwrap_or(SignedDuration::MAX);
        let jump = now.duration_since(wall).saturating_sub(passed);
        if jump.abs() > JUMP_MAX {
            let way = if jump.is_negative() { "set back" } else { "set ahead" };
            self.note(Trouble::Clock, || format!("{way} by {} s", jump.as_secs().unsigned_abs()), at);
        }
    }

    /// Looks at how much was dropped so far, by place and reason.
    pub(super) fn look_at_dropped(&mut self, totals: Dropped, at: Instant) {
        for (key, total) in totals {
            let before = self.dropped.insert(key, total).unwrap_or(0);
            if total != before {
                let (place, reason) = (key.0.to_owned(), key.1.to_owned());
                self.note(Trouble::Dropped { place, reason }, || format!("{total} since its start"), at);
            }
        }
    }

    /// A trouble that lasts is told once.
    fn note(&mut self, trouble: Trouble, words: impl FnOnce() -> String, at: Instant) {
        if self.troubles.insert(trouble.clone(), at).is_none() {
            self.told.push(Change::Own(Own::Troubled(trouble, words())));
        }
    }

    /// What is to be told since this was last asked.
    pub(super) fn take(&mut self, at: Instant) -> Vec<Change> {
        let over = self.troubles.extract_if(.., |_, seen| at.duration_since(*seen) >= QUIET);
        self.told.extend(over.map(|(trouble, _)| Change::Own(Own::Calm(trouble))));
        std::mem::take(&mut self.told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn wall(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn troubled(trouble: Trouble, words: &str) -> Vec<Change> {
        vec![Change::Own(Own::Troubled(trouble, words.to_owned()))]
    }

    fn calm(trouble: Trouble) -> Vec<Change> {
        vec![Change::Own(Own::Calm(trouble))]
    }

    #[tokio::test(start_paused = true)]
    async fn a_verdict_that_comes_late_is_told_once_until_it_was_quiet_for_long() {
        let (mut vigil, start) = (Vigil::default(), Instant::now());
        vigil.judged(wall(0), wall(5), start);
        assert_eq!(vigil.take(start), [], "it is within the bound");
        vigil.judged(wall(0), wall(6), start);
        assert_eq!(vigil.take(start), troubled(Trouble::Lag, "a verdict took 6 s"));
        vigil.judged(wall(0), wall(9), start + QUIET - SECOND);
        assert_eq!(vigil.take(start + QUIET), [], "it lasts");
        assert_eq!(vigil.take(start + 2 * QUIET - SECOND), calm(Trouble::Lag));
        assert_eq!(vigil.take(start + 3 * QUIET), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_is_told_and_one_that_goes_on_is_not() {
        let (mut vigil, start) = (Vigil::default(), Instant::now());
        vigil.look_at_clocks(wall(0), start);
        vigil.look_at_clocks(wall(60), start + 60 * SECOND);
        vigil.look_at_clocks(wall(64), start + 61 * SECOND);
        assert_eq!(vigil.take(start), [], "a little is no jump");
        vigil.look_at_clocks(wall(-3536), start + 61 * SECOND);
        assert_eq!(vigil.take(start), troubled(Trouble::Clock, "set back by 3600 s"));
        assert_eq!(vigil.take(start + 61 * SECOND + QUIET), calm(Trouble::Clock));
        vigil.look_at_clocks(wall(0), start + 62 * SECOND);
        assert_eq!(vigil.take(start + QUIET), troubled(Trouble::Clock, "set ahead by 3535 s"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_dropped_is_told_by_place_and_reason() {
        let (mut vigil, start) = (Vigil::default(), Instant::now());
        let totals = |totals: &[(&'static str, u64)]| {
            totals.iter().map(|(reason, total)| (("journal", *reason), *total)).collect::<Dropped>()
        };
        let dropped =
            |reason: &str| Trouble::Dropped { place: "journal".to_owned(), reason: reason.to_owned() };
        vigil.look_at_dropped(totals(&[("disk", 2)]), start);
        assert_eq!(vigil.take(start), troubled(dropped("disk"), "2 since its start"));
        vigil.look_at_dropped(totals(&[("disk", 2), ("too-long", 1)]), start + SECOND);
        assert_eq!(vigil.take(start + SECOND), troubled(dropped("too-long"), "1 since its start"));
        assert_eq!(vigil.take(start + QUIET), calm(dropped("disk")), "no more of these came");
        vigil.look_at_dropped(totals(&[("disk", 3)]), start + QUIET);
        assert_eq!(vigil.take(start + QUIET), troubled(dropped("disk"), "3 since its start"));
    }
}
