//! Reads lines of bounded length, from a file that may still grow.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// The longest line that is written or read. What is longer was not written by this daemon.
pub(super) const LINE_MAX: usize = 1 << 20;

/// What stands next in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A whole line, without its end.
    Line(Vec<u8>),
    /// A line beyond [`LINE_MAX`], which was passed over.
    TooLong,
    /// There is no further whole line now. Asking again later continues where it stopped.
    End,
}

#[derive(Debug)]
pub(super) struct Lines<R> {
    source: BufReader<R>,
    unfinished: Vec<u8>,
    /// The unfinished line is too long already, and its bytes are not kept.
    overlong: bool,
    /// How many bytes the whole lines so far take.
    whole: u64,
    /// How many bytes the unfinished line takes so far.
    partial: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: BufReader::with_capacity(64 << 10, source),
            unfinished: Vec::new(),
            overlong: false,
            whole: 0,
            partial: 0,
        }
    }

    pub(super) fn source(&self) -> &R {
        self.source.get_ref()
    }

    pub(super) fn next(&mut self) -> io::Result<Piece> {
        loop {
            let bytes = self.source.fill_buf()?;
            if bytes.is_empty() {
                return Ok(Piece::End);
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            self.overlong |= self.unfinished.len() + part.len() > LINE_MAX;
            if self.overlong {
                self.unfinished.clear();
            } else {
                self.unfinished.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.partial += taken as u64;
            self.source.consume(taken);
            if end.is_some() {
                return Ok(self.finish());
            }
        }
    }

    fn finish(&mut self) -> Piece {
        self.whole += std::mem::take(&mut self.partial);
        let line = std::mem::take(&mut self.unfinished);
        if std::mem::take(&mut self.overlong) { Piece::TooLong } else { Piece::Line(line) }
    }

    /// How many bytes were read, those of the unfinished line among them.
    pub(super) fn consumed(&self) -> u64 {
        self.whole + self.partial
    }

    /// How many bytes the whole lines so far take.
    pub(super) fn whole(&self) -> u64 {
        self.whole
    }

    /// The line at the end of the file that has no end yet; none where the file ends with a whole line.
    pub(super) fn unfinished(&self) -> Option<&[u8]> {
        (self.partial > 0).then_some(&self.unfinished)
    }
}

impl<R: Read + Seek> Lines<R> {
    /// Forgets the unfinished line, so that it is read from its beginning when it is looked for again: what
    /// was written only in part may be taken back.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        if self.partial > 0 {
            self.source.seek(SeekFrom::Start(self.whole))?;
            self.unfinished.clear();
            self.overlong = false;
            self.partial = 0;
        }
        Ok(())
    }
}
