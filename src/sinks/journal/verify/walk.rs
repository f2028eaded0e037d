//! Goes from line to line, and gathers those with which something is wrong into runs, which are then diagnosed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Claim;
use super::diagnose::diagnose;
use super::record::{What, read};
use super::report::{Break, BreakKind, DeclaredGap, FileSummary, Report, Tip};
use crate::sinks::journal::chain::digest;

/// How many sound lines are remembered, to recognise one that is there once more.
const RECENT_MAX: usize = 1024;

/// How long a run may be before it is diagnosed as it is.
const RUN_MAX: usize = 1024;

/// A line, and what is wrong with it by itself.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) file: Arc<str>,
    pub(super) number: u64,
    /// None where the line is too long to be read.
    pub(super) hash: Option<String>,
    pub(super) previous: Option<String>,
    /// None where it is not to be read.
    pub(super) what: Option<What>,
    /// The number up to which the lines before tell of events, where that is known.
    pub(super) seq_before: Option<u64>,
    pub(super) faults: Faults,
}

/// What is wrong with a line by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    pub(super) unreadable: Option<(BreakKind, &'static str)>,
    /// It names another line than the one before it.
    pub(super) link: bool,
    /// Its number is not the next one.
    pub(super) number: bool,
    /// The checkpoint before it or around it is not whole: what was expected, and what was found.
    pub(super) checkpoint: Option<(String, String)>,
}

impl Faults {
    fn any(&self) -> bool {
        self.unreadable.is_some() || self.link || self.number || self.checkpoint.is_some()
    }
}

/// The checkpoint at the beginning of the file.
#[derive(Debug, Default)]
struct Owed {
    entries: u64,
    found: u64,
    /// Something is wrong with it already, which a wrong number of entries would only repeat.
    disturbed: bool,
    /// All its lines should have come by now.
    over: bool,
}

/// The state of the walk.
#[derive(Debug)]
pub(super) struct Walk {
    claim: Claim,
    report: Report,
    file: Arc<str>,
    number: u64,
    events: u64,
    owed: Owed,
    seq: Option<u64>,
    last: Option<Seen>,
    recent: VecDeque<Seen>,
    run: Vec<Seen>,
    /// The line whose hash is claimed; none where it was not seen.
    claimed: Option<Tip>,
}

impl Walk {
    pub(super) fn new(claim: Claim) -> Self {
        Self {
            claim,
            report: Report::default(),
            file: "".into(),
            number: 0,
            events: 0,
            owed: Owed::default(),
            seq: None,
            last: None,
            recent: VecDeque::new(),
            run: Vec::new(),
            claimed: None,
        }
    }

    pub(super) fn begin_file(&mut self, name: &str) {
        self.file = name.into();
        (self.number, self.events, self.owed) = (0, 0, Owed::default());
    }

    pub(super) fn line(&mut self, line: &[u8]) {
        let mut seen = self.see(Some(digest(line)));
        match read(line) {
            Some((what, previous)) => {
                (seen.what, seen.previous) = (Some(what), previous);
                self.judge(&mut seen, what);
            }
            None => seen.faults.unreadable = Some((BreakKind::Unreadable, "it is not the JSON of a record")),
        }
        self.take(seen);
    }

    pub(super) fn too_long(&mut self) {
        let mut seen = self.see(None);
        seen.faults.unreadable = Some((BreakKind::Unreadable, "it is longer than a line may be"));
        self.take(seen);
    }

    /// The file ends, perhaps with a line that lacks its end.
    pub(super) fn end_file(&mut self, unfinished: Option<&[u8]>) {
        if let Some(line) = unfinished {
            let mut seen = self.see(Some(digest(line)));
            let (what, previous) = read(line).unzip();
            (seen.what, seen.previous) = (what, previous.flatten());
            seen.faults.unreadable = Some((BreakKind::Torn, "it was not written to its end"));
            self.take(seen);
        }
        self.end_checkpoint_with_file();
        let (file, lines, events) = (self.file.to_string(), self.number, self.events);
        self.report.files.push(FileSummary { file, lines, events });
    }

    pub(super) fn finish(mut self) -> Report {
        self.diagnose_run();
        self.report.tip = self.last.as_ref().and_then(|last| self.tip(last));
        self.hold_against_claim();
        self.report
    }

    /// The line as the one up to which the journal is there.
    fn tip(&self, seen: &Seen) -> Option<Tip> {
        let (file, line, seq) = (seen.file.to_string(), seen.number, self.seq);
        seen.hash.clone().map(|hash| Tip { file, line, seq, hash })
    }

    /// The next line, of which nothing is known yet but its place.
    fn see(&mut self, hash: Option<String>) -> Seen {
        self.number += 1;
        Seen {
            file: Arc::clone(&self.file),
            number: self.number,
            hash,
            previous: None,
            what: None,
            seq_before: self.seq,
            faults: Faults::default(),
        }
    }

    /// Finds what is wrong with a line that can be read.
    fn judge(&mut self, seen: &mut Seen, what: What) {
        seen.faults.link = match &self.last {
            Some(Seen { hash: Some(hash), .. }) => seen.previous.as_ref() != Some(hash),
            Some(_) => false,
            None => {
                self.report.begins_after.clone_from(&seen.previous);
                false
            }
        };
        seen.faults.number = match (what, self.seq) {
            (What::Header { seq, .. }, Some(before)) => seq != before,
            (_, Some(before)) => what.first().is_some_and(|first| Some(first) != before.checked_add(1)),
            (_, None) => false,
        };
        seen.faults.checkpoint = self.judge_checkpoint(what);
    }

    fn judge_checkpoint(&mut self, what: What) -> Option<(String, String)> {
        match what {
            What::Header { count, .. } if self.number == 1 => {
                self.owed.entries = count;
                None
            }
            _ if self.number == 1 => {
                (self.owed.disturbed, self.owed.over) = (true, true);
                Some(("the beginning of a checkpoint".to_owned(), "another line".to_owned()))
            }
            What::Header { .. } => Some((
                "an event".to_owned(),
                "the beginning of a checkpoint in the middle of a file".to_owned(),
            )),
            What::Entry => {
                self.owed.found += 1;
                let excess = self.owed.over || self.owed.found > self.owed.entries;
                let found = || (format!("{} entries", self.owed.entries), "a further one".to_owned());
                (excess && !self.owed.disturbed).then(found)
            }
            What::Event(_) | What::Lost { .. } => self.end_checkpoint(),
            What::Other => None,
        }
    }

    /// What is missing of the checkpoint, when it should be over.
    fn end_checkpoint(&mut self) -> Option<(String, String)> {
        let Owed { entries, found, disturbed, over } = self.owed;
        self.owed.over = true;
        let short = !over && !disturbed && found < entries;
        short.then(|| (format!("a checkpoint of {entries} entries"), format!("{found} of them")))
    }

    fn end_checkpoint_with_file(&mut self) {
        if self.number == 0 {
            let found = ("the beginning of a checkpoint".to_owned(), "an empty file".to_owned());
            self.add_checkpoint_break(found);
        } else if let Some(found) = self.end_checkpoint() {
            self.add_checkpoint_break(found);
        }
    }

    fn add_checkpoint_break(&mut self, (expected, found): (String, String)) {
        // What was found before it is told before it.
        self.diagnose_run();
        let (file, line) = (self.file.to_string(), self.number.max(1));
        let kind = BreakKind::Checkpoint;
        self.report.add_break(Break { kind, file, line, seq: self.seq, expected, found });
    }

    /// Takes the line as the last one.
    fn take(&mut self, seen: Seen) {
        self.seq = self.seq_after(&seen);
        if self.claim.hash.is_some() && self.claim.hash == seen.hash {
            self.claimed = self.tip(&seen);
        }
        self.events += u64::from(matches!(seen.what, Some(What::Event(_))));
        self.declared(&seen);
        self.last = Some(seen.clone());
        if seen.faults.any() {
            self.owed.disturbed |= !self.owed.over || seen.faults.checkpoint.is_some();
            self.run.push(seen);
        }
        let ended = self.last.as_ref().is_some_and(|last| !last.faults.any());
        if ended || self.run.len() >= RUN_MAX {
            self.diagnose_run();
        }
        if ended {
            self.recent.extend(self.last.clone());
            self.forget_old();
        }
    }

    /// The number up to which events are told of after the line.
    fn seq_after(&self, seen: &Seen) -> Option<u64> {
        let what = seen.what?;
        match what {
            What::Entry => self.seq,
            // It stands where it was written, so that its number alone was altered.
            _ if seen.faults.number && !seen.faults.link => {
                let events =
                    what.first().zip(what.last()).map_or(0, |(first, last)| (last - first).saturating_add(1));
                self.seq.map(|seq| seq.saturating_add(events))
            }
            _ => what.last(),
        }
    }

    fn forget_old(&mut self) {
        while self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
    }

    fn declared(&mut self, seen: &Seen) {
        if let Some(What::Lost { first, last, reason }) = seen.what
            && !seen.faults.link
        {
            let (file, line) = (seen.file.to_string(), seen.number);
            self.report.add_gap(DeclaredGap { file, line, first, last, reason });
        }
    }

    fn diagnose_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run.is_empty() {
            return;
        }
        for found in diagnose(&self.recent, &run) {
            self.report.add_break(found);
        }
        self.recent.extend(run);
        self.forget_old();
    }

    fn hold_against_claim(&mut self) {
        let Claim { hash, seq } = self.claim.clone();
        let reached = self.report.tip.as_ref().and_then(|tip| tip.seq);
        let (expected, found) = match (hash, seq, self.claimed.take()) {
            (Some(_), None, Some(_)) | (None, None, _) => return,
            (Some(_), Some(seq), Some(at)) if at.seq == Some(seq) => return,
            (Some(hash), Some(seq), Some(at)) => {
                (format!("{hash} with the event {seq}"), format!("it with the event {}", known(at.seq)))
            }
            (Some(hash), _, None) => {
                (format!("a line with the hash {hash}"), format!("none up to the event {}", known(reached)))
            }
            (None, Some(seq), _) if reached.is_some_and(|reached| reached >= seq) => return,
            (None, Some(seq), _) => {
                (format!("events up to {seq}"), format!("the last one is {}", known(reached)))
            }
        };
        let (file, line) = (self.file.to_string(), self.number.max(1));
        self.report.add_break(Break { kind: BreakKind::Head, file, line, seq: reached, expected, found });
    }
}

fn known(seq: Option<u64>) -> String {
    seq.map_or_else(|| "of an unknown number".to_owned(), |seq| seq.to_string())
}
