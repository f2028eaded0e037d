//! Tells from a run of lines with which something is wrong what was done to them, each thing once.
//!
//! An altered line is seen at the line after it, whose hash of it no longer fits; only where the altered part is
//! that hash itself, at both. A line in a wrong place is seen at up to three places.

use std::collections::VecDeque;

use super::record::What;
use super::report::{Break, BreakKind};
use super::walk::Seen;

/// How long a run may be that is tried for another order: the time grows with the square.
const REORDERED_MAX: usize = 64;

/// What happened to the lines of `run`, which follow on those of `recent`.
pub(super) fn diagnose(recent: &VecDeque<Seen>, run: &[Seen]) -> Vec<Break> {
    let before = recent.back();
    if let Some(length) = reordered(before, run) {
        let (first, last) = (&run[0], &run[length - 1]);
        let expected = "the order in which the lines were written".to_owned();
        let found = format!("lines {} to {} in another order", first.number, last.number);
        return vec![at(first, BreakKind::Reordered, expected, found)];
    }
    let mut found = Vec::new();
    // The last line that was blamed explains that the line after it does not fit.
    let mut blamed = None;
    for index in 0..run.len() {
        let before = index.checked_sub(1).map_or(before, |index| run.get(index));
        let place = Place { recent, run, index, before };
        let explained = blamed.is_some() && blamed == index.checked_sub(1);
        if let Some((broken, blames_this)) = place.diagnose(explained) {
            blamed = blames_this.then_some(index);
            found.push(broken);
        }
    }
    found
}

/// How many lines of the run are there in another order; none where it is not that.
fn reordered(before: Option<&Seen>, run: &[Seen]) -> Option<usize> {
    if run.len() < 2 || run.len() > REORDERED_MAX || run.iter().any(|line| line.faults.unreadable.is_some()) {
        return None;
    }
    let (last, others) = run.split_last()?;
    let starts: Vec<Option<&str>> = match before {
        Some(before) => vec![before.hash.as_deref()],
        None => run.iter().map(|line| line.previous.as_deref()).collect(),
    };
    let ends = |lines| starts.iter().find_map(|start| last_of_chain(*start, lines));
    if ends(others).is_some_and(|end: &Seen| end.hash == last.previous) {
        return Some(others.len());
    }
    ends(run).map(|_| run.len())
}

/// The line to which all lines lead when they follow on `start` in some order; none where they do not.
fn last_of_chain<'a>(start: Option<&str>, lines: &'a [Seen]) -> Option<&'a Seen> {
    let mut left: Vec<&Seen> = lines.iter().collect();
    let mut end = None;
    let next = |left: &[&Seen], hash: Option<&str>| left.iter().position(|it| it.previous.as_deref() == hash);
    while let Some(found) = next(&left, end.map_or(start, |end: &Seen| end.hash.as_deref())) {
        end = Some(left.swap_remove(found));
    }
    end.filter(|_| left.is_empty() && lines.len() > 1)
}

/// A line of the run among its neighbours.
struct Place<'a> {
    recent: &'a VecDeque<Seen>,
    run: &'a [Seen],
    index: usize,
    before: Option<&'a Seen>,
}

impl Place<'_> {
    /// What is wrong here, if it was not told yet, and whether it is this line that is to blame.
    fn diagnose(&self, explained: bool) -> Option<(Break, bool)> {
        let line = &self.run[self.index];
        let faults = &line.faults;
        if let Some((kind, why)) = faults.unreadable {
            return Some((at(line, kind, "a line of a journal".to_owned(), why.to_owned()), true));
        }
        if faults.link {
            return if explained { None } else { Some(self.broken_link(line)) };
        }
        if faults.number && self.next_broken().is_none() {
            let expected = format!("the number {}", next_number(line));
            let found = format!("another one, {}", number(line));
            return Some((at(line, BreakKind::Altered, expected, found), true));
        }
        let (expected, found) = faults.checkpoint.clone()?;
        // A file that begins with another line than it should may have had that line altered.
        Some((at(line, BreakKind::Checkpoint, expected, found), line.number == 1))
    }

    /// Why the line does not name the one before it.
    fn broken_link(&self, line: &Seen) -> (Break, bool) {
        let this = |kind, expected: String, found: String| (at(line, kind, expected, found), true);
        let other = |kind, expected: String, found: String| (at(line, kind, expected, found), false);
        let place_before = self.before.and_then(|before| before.hash.as_deref());
        let passed_over = self.next_broken().is_some_and(|next| next.previous.as_deref() == place_before);
        if line.hash.is_some() && self.known().any(|known| known.hash == line.hash) {
            return this(
                BreakKind::Repeated,
                follower(self.before),
                "a line that was there before".to_owned(),
            );
        }
        if passed_over {
            return this(
                BreakKind::Inserted,
                follower(self.before),
                "a line that belongs elsewhere".to_owned(),
            );
        }
        if self.before.is_some_and(is_misnumbered) {
            return self.altered_before(line);
        }
        if let Some((expected, found)) = line.faults.checkpoint.clone() {
            return other(BreakKind::Removed, expected, found);
        }
        match (line.what, line.seq_before) {
            (Some(What::Header { seq, .. }), Some(before)) if seq > before => {
                let expected = format!(
                    "the events {} to {seq}, which are told of in a file before",
                    before.saturating_add(1)
                );
                other(BreakKind::MissingFile, expected, "the next file".to_owned())
            }
            (Some(what), Some(before)) if what.last().is_some_and(|last| last < before) => {
                other(BreakKind::Reordered, follower(self.before), format!("the number {}", number(line)))
            }
            (Some(what), Some(before))
                if what.first().is_some_and(|first| first > before.saturating_add(1)) =>
            {
                let expected = format!("the number {}", before.saturating_add(1));
                other(BreakKind::Removed, expected, format!("the number {}", number(line)))
            }
            _ if self.next_broken().is_some() => {
                let expected = format!("a line that names {}", place_before.unwrap_or("no line"));
                this(BreakKind::Altered, expected, line.previous.clone().unwrap_or_else(|| "none".to_owned()))
            }
            _ => self.altered_before(line),
        }
    }

    /// The line before is another one than this line was written after.
    fn altered_before(&self, line: &Seen) -> (Break, bool) {
        let place = self.before.unwrap_or(line);
        let expected = format!("the hash {}", line.previous.as_deref().unwrap_or("of no line"));
        let found = place.hash.clone().unwrap_or_default();
        (at(place, BreakKind::Altered, expected, found), false)
    }

    /// The next line, where it does not name this one.
    fn next_broken(&self) -> Option<&Seen> {
        self.run.get(self.index + 1).filter(|next| next.faults.link)
    }

    /// The lines before this one that are remembered.
    fn known(&self) -> impl Iterator<Item = &Seen> {
        self.recent.iter().chain(&self.run[..self.index])
    }
}

/// Whether the number alone shows that the line was altered.
fn is_misnumbered(line: &Seen) -> bool {
    (line.faults.number && !line.faults.link) || line.what == Some(What::Other)
}

fn follower(before: Option<&Seen>) -> String {
    match before {
        Some(before) => format!("the line that was written after line {} of {}", before.number, before.file),
        None => "the first line".to_owned(),
    }
}

fn next_number(line: &Seen) -> String {
    let header = matches!(line.what, Some(What::Header { .. }));
    line.seq_before.map_or_else(String::new, |seq| seq.saturating_add(u64::from(!header)).to_string())
}

fn number(line: &Seen) -> String {
    let number = line.what.and_then(|what| what.first().or(what.last()));
    number.map_or_else(|| "none".to_owned(), |number| number.to_string())
}

fn at(line: &Seen, kind: BreakKind, expected: String, found: String) -> Break {
    let seq = line.what.and_then(What::last).or(line.seq_before);
    Break { kind, file: line.file.to_string(), line: line.number, seq, expected, found }
}
