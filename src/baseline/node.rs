//! A document of YAML as a tree that knows where everything stands.

use serde_json::Value;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1 on.
    pub line: u32,
    /// In characters, from 1 on.
    pub column: u32,
}

impl Position {
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub at: Position,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    /// Every entry in the order of the file, those whose key stands twice included.
    Mapping(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the key stands.
    pub at: Position,
    pub key: String,
    pub value: Node,
}

/// A single value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    pub text: String,
    /// It was written without quotes, so that it may be something else than text.
    pub plain: bool,
}

impl Node {
    /// The entries, where it is a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Mapping(entries) => Some(entries),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    /// The value of this key, where it is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) if scalar.is_text() => Some(&scalar.text),
            Content::Scalar(_) | Content::List(_) | Content::Mapping(_) => None,
        }
    }

    /// The same value as JSON has it.
    pub(super) fn to_json(&self) -> Value {
        match &self.content {
            Content::Scalar(scalar) => scalar.to_json(),
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Mapping(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
            }
        }
    }
}

impl Scalar {
    /// Whether it is nothing (YAML 1.2.2, section 10.3.2).
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// The truth value that it is.
    pub fn as_flag(&self) -> Option<bool> {
        match self.text.as_str() {
            "true" | "True" | "TRUE" if self.plain => Some(true),
            "false" | "False" | "FALSE" if self.plain => Some(false),
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        match self.as_flag() {
            _ if self.is_text() => self.text.as_str().into(),
            Some(flag) => flag.into(),
            None if self.is_null() => Value::Null,
            // Of a number in another form, such as 0x1F, it matters alone that it is no text.
            None => self.text.parse::<f64>().unwrap_or_default().into(),
        }
    }

    /// Whether it is neither nothing, nor a truth value, nor a number.
    pub fn is_text(&self) -> bool {
        !(self.plain && (self.is_null() || self.as_flag().is_some() || is_number(&self.text)))
    }
}

fn is_number(text: &str) -> bool {
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix);
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|it| it.is_digit(radix)))
    };
    let unsigned = text.trim_start_matches(['+', '-']);
    let decimal = unsigned.starts_with(|it: char| it.is_ascii_digit() || it == '.');
    radix("0x", 16)
        || radix("0o", 8)
        || decimal && text.parse::<f64>().is_ok()
        || matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar {
        Scalar { text: text.to_owned(), plain: true }
    }

    #[test]
    fn scalars_without_quotes_are_what_yaml_says() {
        for text in ["", "~", "null", "true", "FALSE", "5", "-1.5e3", "0x1F", "0o17", ".5", "+.inf", ".nan"] {
            assert!(!plain(text).is_text(), "{text}");
            assert!(Scalar { plain: false, ..plain(text) }.is_text(), "{text}");
        }
        for text in ["yes", "1000-65535", "2027-03-31", "v1.28", "1.2.3", "0x", "infinity", "nan", "+", "."] {
            assert!(plain(text).is_text(), "{text}");
        }
    }
}
