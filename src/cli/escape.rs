//! Text from outside made safe for a terminal. Whoever names a pod must not be able to colour, move or forge our lines.

use std::fmt::{self, Write};

/// Shows the text with every steering character written out, as in `\u{1b}`.
pub(super) struct Escaped<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

impl<T: fmt::Debug> fmt::Debug for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{:?}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if steers(character) {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Whether a terminal obeys `character` instead of showing it: controls (C0, C1, delete), line and paragraph
/// separators, and the marks that turn the direction of writing (Unicode TR 9), which make text read other than it is.
pub(super) fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steering_characters_are_written_out() {
        assert_eq!(
            Escaped("a\u{1b}[2J\r\n\u{9b}1m\u{202e}b").to_string(),
            r"a\u{1b}[2J\r\n\u{9b}1m\u{202e}b"
        );
        assert_eq!(Escaped("zażółć \"x\" \\ 🚢").to_string(), "zażółć \"x\" \\ 🚢");
    }
}
