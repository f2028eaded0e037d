//! Reads events after a given one, over all files, and then those that are still to come.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::checkpoint::Header;
use super::files;
use super::lines::{Lines, Piece};
use super::live::same_file;
use crate::model::Event;
use crate::sinks::event::EVENT_SCHEMA;

/// One event as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub seq: u64,
    pub event: Event,
    /// The whole line without its end.
    pub text: String,
}

/// What comes next in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Event(Line),
    /// The events of these numbers, both ends among them, are not to be had: they are no longer retained, or
    /// were never written.
    Gap {
        first: u64,
        last: u64,
    },
}

/// A place in a journal. It only reads, so that it works beside the daemon that writes.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    /// The sequence number of the last event that was given.
    after: u64,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    lines: Lines<File>,
    /// The sequence number from which on the file holds events.
    first: u64,
}

impl Reader {
    /// Begins after the event `after`; 0 is the beginning.
    pub fn new(dir: &Path, after: u64) -> Self {
        Self { dir: dir.to_owned(), after, open: None }
    }

    /// The next entries, at most `max` and perhaps fewer. None means that there is nothing new yet: ask again
    /// later.
    ///
    /// # Errors
    /// When a file cannot be read. Asking again goes on at the same place.
    pub fn next_batch(&mut self, max: usize) -> io::Result<Vec<Entry>> {
        let mut batch = Vec::new();
        while batch.len() < max {
            if self.open.is_none() {
                self.open = self.file_to_begin_with()?;
            }
            let Some(open) = &mut self.open else { break };
            match open.lines.next()? {
                Piece::Line(line) => self.take(line, &mut batch),
                Piece::TooLong => {}
                Piece::End if self.go_on()? => {}
                Piece::End => break,
            }
        }
        Ok(batch)
    }

    fn take(&mut self, line: Vec<u8>, batch: &mut Vec<Entry>) {
        if let Some(header) = Header::parse(&line) {
            return self.skip_to(header.seq, batch);
        }
        let Some(line) = parse_line(line).filter(|line| line.seq > self.after) else { return };
        self.skip_to(line.seq - 1, batch);
        self.after = line.seq;
        batch.push(Entry::Event(line));
    }

    /// Says that what lies between the last event and `seq` is missing, if something does.
    fn skip_to(&mut self, seq: u64, batch: &mut Vec<Entry>) {
        if seq > self.after {
            batch.push(Entry::Gap { first: self.after + 1, last: seq });
            self.after = seq;
        }
    }

    /// Moves on to the file after the open one, once the open one is the live one no more and read to its end.
    fn go_on(&mut self) -> io::Result<bool> {
        let Some(open) = &mut self.open else { return Ok(false) };
        if same_file(open.lines.source(), &files::live(&self.dir)) {
            open.lines.rewind()?;
            return Ok(false);
        }
        let files = list(&self.dir)?;
        let file = open.lines.source();
        let next = files.into_iter().find(|(first, path)| *first >= open.first && !same_file(file, path));
        let Some((first, path)) = next else { return Ok(false) };
        // What was written between the last read and the rotation comes first.
        if file.metadata()?.len() > open.lines.consumed() {
            return Ok(true);
        }
        self.open = open_file(first, &path)?;
        Ok(true)
    }

    /// The newest file that holds the wanted event or is to hold it; else the oldest one.
    fn file_to_begin_with(&self) -> io::Result<Option<Open>> {
        let files = list(&self.dir)?;
        let place = files.iter().rposition(|(first, _)| *first <= self.after + 1).unwrap_or(0);
        match files.get(place) {
            Some((first, path)) => open_file(*first, path),
            None => Ok(None),
        }
    }
}

/// All files with the sequence numbers from which on they hold events, oldest first.
fn list(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut files = files::list_rotated(dir)?;
    let live = files::live(dir);
    if let Some(mut open) = open_file(0, &live)? {
        let header = match open.lines.next()? {
            Piece::Line(first) => Header::parse(&first),
            Piece::TooLong | Piece::End => None,
        };
        // A live file whose header is damaged still comes after all others.
        let last = files.last().map_or(0, |(first, _)| *first);
        files.push((header.map_or(last, |header| header.seq) + 1, live));
    }
    Ok(files)
}

/// Opens a file; none where it was removed or renamed since it was listed, so that it is looked for anew.
fn open_file(first: u64, path: &Path) -> io::Result<Option<Open>> {
    match File::open(path) {
        Ok(file) => Ok(Some(Open { lines: Lines::new(file), first })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Stub<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    event: Cow<'a, str>,
}

/// The event that the line is; none for a line of a checkpoint or a damaged one.
fn parse_line(line: Vec<u8>) -> Option<Line> {
    let text = String::from_utf8(line).ok()?;
    let stub: Stub<'_> = serde_json::from_str(&text).ok()?;
    let event = Event::ALL.into_iter().find(|event| event.as_str() == stub.event)?;
    let seq = (stub.schema == EVENT_SCHEMA).then_some(stub.seq)?;
    Some(Line { seq, event, text })
}
