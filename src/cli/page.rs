//! Text laid out within the width of a terminal.

use std::fmt::{Display, Write};
use std::{io, mem};

use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter, wrap};

use super::escape::Escaped;
use crate::model::Severity;

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

/// The colour of a severity.
pub(super) fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low | Severity::Info => AnsiColor::Cyan.on_default(),
    }
}

/// Lines that grow downwards. What is put there is escaped on the way, so that only our own colours steer the terminal.
#[derive(Debug)]
pub(super) struct Page {
    width: usize,
    text: String,
}

impl Page {
    pub(super) fn new(width: usize) -> Self {
        Self { width, text: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Writes the lines so far, and goes on below them.
    pub(super) fn move_to(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(mem::take(&mut self.text).as_bytes())
    }

    /// How many columns are left beside `taken`.
    pub(super) fn room_beside(&self, taken: usize) -> usize {
        self.width.saturating_sub(taken)
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line that stands out.
    pub(super) fn title(&mut self, title: &str) {
        self.wrapped("", "", title, BOLD);
    }

    /// Text beyond an indentation, which its further lines keep.
    pub(super) fn indented(&mut self, indentation: usize, text: impl Display, style: Style) {
        let margin = " ".repeat(indentation);
        self.wrapped(&margin, &margin, text, style);
    }

    /// Text beside a head that is made of our own words and colours, and below the beginning of itself.
    pub(super) fn beside(&mut self, head: &str, text: impl Display) {
        let margin = " ".repeat(display_width(head));
        self.wrapped(head, &margin, text, PLAIN);
    }

    /// Text after `first`, and below it after `further` as often as it takes.
    fn wrapped(&mut self, first: &str, further: &str, text: impl Display, style: Style) {
        let room = self.width.saturating_sub(display_width(further)).max(1);
        // A hyphen within a name or a path is no place to part it.
        let options = Options::new(room).word_splitter(WordSplitter::NoHyphenation);
        let text = Escaped(text).to_string();
        let mut head = first;
        for line in wrap(&text, options) {
            writeln!(self.text, "{head}{style}{line}{style:#}").expect("writing to a string cannot fail");
            head = further;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page() {
        let mut page = Page::new(20);
        page.title("a title that is longer than the page");
        page.beside(
            "  head  ",
            "spec.containers[a-very-long-name].securityContext is \u{1b}[31m船船船船船船船",
        );
        page.indented(30, "beyond", DIM);
        let text = page.into_text();
        let widest = text.lines().take_while(|line| !line.contains('b')).map(display_width).max();
        assert_eq!(widest, Some(20));
        assert!(text.contains(r"\u{1b}[31m"), "{text}");
    }

    #[test]
    fn text_hangs_below_its_beginning() {
        let mut page = Page::new(12);
        page.beside("head  ", "one two three");
        assert_eq!(
            anstream::adapter::strip_str(&page.into_text()).to_string(),
            "head  one\n      two\n      three\n"
        );
    }
}
