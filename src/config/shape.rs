//! What a setting's value may look like, and how text becomes a value.

use std::fmt;
use std::ops::RangeInclusive;

use toml::Value;

/// The values that a setting takes, beyond what is validated by meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// One of a few words.
    Word(Vec<String>),
    List,
    Switch,
    Number(RangeInclusive<i64>),
}

impl Shape {
    /// Whether `value` has this shape.
    pub(super) fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text, Value::String(_)) | (Self::Switch, Value::Boolean(_)) => true,
            (Self::Word(words), Value::String(word)) => words.contains(word),
            (Self::List, Value::Array(items)) => items.iter().all(Value::is_str),
            (Self::Number(bounds), Value::Integer(number)) => bounds.contains(number),
            _ => false,
        }
    }

    /// The value that `texts` spell on the command line or in the environment; none where they spell no such value.
    /// Only a list reads more than one, and splits each at its commas.
    pub(super) fn read(&self, texts: &[String]) -> Option<Value> {
        let last = texts.last().map(String::as_str);
        match self {
            Self::Text | Self::Word(_) => last.map(Value::from),
            Self::Switch => last.and_then(|text| text.parse::<bool>().ok()).map(Value::from),
            Self::Number(_) => last.and_then(|text| text.parse::<i64>().ok()).map(Value::from),
            Self::List => {
                Some(Value::Array(texts.iter().flat_map(|text| items(text)).map(Value::from).collect()))
            }
        }
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

impl fmt::Display for Shape {
    /// What is expected, as part of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a string"),
            Self::Word(words) => write!(f, "one of `{}`", words.join("`, `")),
            Self::List => f.write_str("a list of strings"),
            Self::Switch => f.write_str("true or false"),
            Self::Number(bounds) => write!(f, "a whole number from {} to {}", bounds.start(), bounds.end()),
        }
    }
}
