//! Reads a journal's files back into the ledger that they tell of.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chain::Chain;
use super::checkpoint::Header;
use super::gap::Lost;
use super::lines::{Lines, Piece};
use crate::model::{Deviation, DeviationId};
use crate::sinks::event::{Lookup, ParseError, RecordKind, parse_record};

/// How many problems are told one by one; the rest is a number. A damaged disk must not fill the log.
const PROBLEMS_MAX: usize = 20;

/// What a row of files tells.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// The sequence number of the last transition.
    pub(super) seq: u64,
    pub(super) deviations: Deviations,
    pub(super) chain: Chain,
    pub(super) problems: Problems,
    /// How the last file ended.
    pub(super) end: FileEnd,
}

type Deviations = HashMap<DeviationId, Arc<Deviation>>;

/// How a file is built and where it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FileEnd {
    /// It begins with a checkpoint none of whose lines is missing.
    pub(super) whole_checkpoint: bool,
    /// The sequence number from which on it holds events.
    pub(super) first: u64,
    pub(super) checkpoint_bytes: u64,
    /// The chain before its first line.
    pub(super) begun: Chain,
    /// Where its last whole line ends.
    pub(super) bytes: u64,
    /// The line without an end that follows is nevertheless a good one.
    pub(super) tail: Tail,
    /// Something in it is missing or damaged.
    pub(super) damaged: bool,
}

/// What follows a file's last whole line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tail {
    #[default]
    Nothing,
    /// A line that lacks its end alone.
    Unended,
    /// A part of a line.
    Torn,
}

/// Reads `files`, oldest first: the newest one that begins with a whole checkpoint and all after it.
pub(super) fn replay(files: &[PathBuf], lookup: &Lookup<'_>) -> io::Result<Replay> {
    let mut start = files.len().saturating_sub(1);
    loop {
        let mut replay = Replay::default();
        let mut whole = false;
        for (index, path) in files.iter().enumerate().skip(start) {
            replay.file(path, lookup)?;
            whole |= index == start && replay.end.whole_checkpoint;
        }
        if whole || start == 0 {
            return Ok(replay);
        }
        start -= 1;
    }
}

impl Replay {
    fn file(&mut self, path: &Path, lookup: &Lookup<'_>) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut lines = Lines::new(File::open(path)?);
        let mut reading = Reading::new(self, &name, lookup);
        loop {
            match lines.next()? {
                Piece::Line(line) => reading.line(&line, lines.whole()),
                Piece::TooLong => reading.too_long(),
                Piece::End => break,
            }
        }
        reading.tail(lines.unfinished());
        reading.finish(lines.whole());
        Ok(())
    }

    /// Takes over what a file told: instead of what the files before told where it tells all, on top of it
    /// where lines are missing.
    fn take(&mut self, told: Deviations, all: bool) {
        if all {
            self.deviations = told;
            return;
        }
        for (id, deviation) in told {
            overlay(&mut self.deviations, id, deviation);
        }
    }
}

/// Keeps the later of two forms of a deviation.
fn overlay(deviations: &mut Deviations, id: DeviationId, deviation: Arc<Deviation>) {
    let later = deviations.get(&id).is_none_or(|known| known.seq <= deviation.seq);
    if later {
        deviations.insert(id, deviation);
    }
}

/// One file while it is read.
struct Reading<'a> {
    replay: &'a mut Replay,
    name: &'a str,
    lookup: &'a Lookup<'a>,
    /// The number of the line that was read last.
    number: u64,
    header: Option<Header>,
    /// How many lines of the checkpoint were found, those of checks that are no more among them.
    entries: u64,
    /// The sequence number of the last event or of the header.
    seq: Option<u64>,
    told: Deviations,
    end: FileEnd,
}

impl<'a> Reading<'a> {
    fn new(replay: &'a mut Replay, name: &'a str, lookup: &'a Lookup<'a>) -> Self {
        Self {
            replay,
            name,
            lookup,
            number: 0,
            header: None,
            entries: 0,
            seq: None,
            told: Deviations::new(),
            end: FileEnd::default(),
        }
    }

    fn line(&mut self, line: &[u8], end: u64) {
        self.number += 1;
        let header = if self.number == 1 { Header::parse(line) } else { None };
        match header {
            Some(header) => self.header(header, end),
            None => self.record(line, end),
        }
        self.replay.chain.link(line);
    }

    fn header(&mut self, header: Header, end: u64) {
        self.follow(header.previous.as_deref());
        self.end.begun = Chain::after(header.previous.as_deref());
        self.end.first = header.seq.saturating_add(1);
        self.end.checkpoint_bytes = end;
        self.seq = Some(header.seq);
        self.replay.seq = self.replay.seq.max(header.seq);
        self.header = Some(header);
    }

    fn record(&mut self, line: &[u8], end: u64) {
        match parse_record(line, self.lookup) {
            Ok(parsed) => {
                self.follow(parsed.previous.as_deref());
                match parsed.kind {
                    RecordKind::CheckpointEntry => self.entry(end),
                    RecordKind::Event => self.event(parsed.deviation.seq),
                }
                let deviation = Arc::new(parsed.deviation);
                overlay(&mut self.told, deviation.id, deviation);
            }
            Err(error @ ParseError::Check(_)) => {
                self.problem(&error.to_string());
                // It is a good line: only this version has no use for it.
                self.entry(end);
            }
            Err(error) => match Lost::parse(line) {
                Some((lost, previous)) => self.gap(lost, previous.as_deref()),
                None => self.damage(&error.to_string()),
            },
        }
    }

    /// What is declared lost is missing, and is no damage.
    fn gap(&mut self, lost: Lost, previous: Option<&str>) {
        self.follow(previous);
        self.event(lost.first);
        self.seq = Some(lost.last);
        self.replay.seq = self.replay.seq.max(lost.last);
    }

    fn entry(&mut self, end: u64) {
        self.entries += 1;
        if self.header.as_ref().is_some_and(|header| self.entries <= header.count) {
            self.end.checkpoint_bytes = end;
        }
    }

    fn event(&mut self, seq: u64) {
        match self.seq {
            Some(last) if seq <= last => self.damage(&format!("its number {seq} comes after {last}")),
            Some(last) if seq > last.saturating_add(1) => {
                self.damage(&format!("the events {} to {} before it are missing", last + 1, seq - 1));
            }
            Some(_) => {}
            None => self.end.first = seq,
        }
        self.seq = Some(seq);
        self.replay.seq = self.replay.seq.max(seq);
    }

    fn follow(&mut self, previous: Option<&str>) {
        if !self.replay.chain.admits(previous) {
            self.damage("it does not name the line before it, which was altered or removed");
        }
    }

    fn too_long(&mut self) {
        self.number += 1;
        self.damage("it is too long to be an event");
        self.replay.chain.cut();
    }

    fn tail(&mut self, unfinished: Option<&[u8]>) {
        let Some(line) = unfinished else { return };
        if parse_record(line, self.lookup).is_ok() {
            self.line(line, 0);
            self.end.tail = Tail::Unended;
        } else {
            self.number += 1;
            self.problem("it was not written to its end");
            self.end.tail = Tail::Torn;
        }
    }

    fn finish(mut self, bytes: u64) {
        let whole = self.header.as_ref().is_some_and(|header| self.entries >= header.count);
        if !whole {
            self.end.damaged = true;
            self.replay.problems.add(format!("{}: its checkpoint is not whole", self.name));
        }
        self.end.whole_checkpoint = whole;
        self.end.bytes = bytes;
        self.replay.take(self.told, whole);
        self.replay.end = self.end;
    }

    fn damage(&mut self, what: &str) {
        self.end.damaged = true;
        self.problem(what);
    }

    fn problem(&mut self, what: &str) {
        self.replay.problems.add(format!("{}, line {}: {what}", self.name, self.number));
    }
}

/// What is wrong with a journal, in bounded length.
#[derive(Debug, Default)]
pub(super) struct Problems {
    told: Vec<String>,
    untold: u64,
}

impl Problems {
    pub(super) fn add(&mut self, problem: String) {
        if self.told.len() < PROBLEMS_MAX {
            self.told.push(problem);
        } else {
            self.untold += 1;
        }
    }

    pub(super) fn into_told(mut self) -> Vec<String> {
        if self.untold > 0 {
            self.told.push(format!("{} more problems", self.untold));
        }
        self.told
    }
}
