//! Text as XML 1.0 may hold it, in an element or between double quotes.

use std::fmt::{self, Write};

use crate::cli::escape::Escaped;

/// Shows the text with every character written out that steers a terminal, that XML cannot hold or that is markup there.
pub(super) struct Xml<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for Xml<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", Escaped(&self.0))
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\u{fffe}' | '\u{ffff}' => write!(self.0, "{}", character.escape_unicode())?,
                _ => self.0.write_char(character)?,
            }
        }
        Ok(())
    }
}
