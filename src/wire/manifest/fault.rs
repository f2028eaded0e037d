//! What is wrong with a file of manifests.

use serde_saphyr::Error as YamlError;

use crate::wire::words::in_plain_words;

/// Something malformed in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1 on.
    pub line: u32,
    /// From 1 on; none where only the line is known.
    pub column: Option<u32>,
    pub message: String,
}

/// How much of an error's text is kept, in bytes. It may quote the object, which may be long.
const MESSAGE_MAX: usize = 256;

impl Fault {
    /// A fault of the object that begins at the line.
    pub(super) fn new(line: u32, mut message: String) -> Self {
        message.truncate(message.floor_char_boundary(MESSAGE_MAX));
        Self { line, column: None, message }
    }

    /// A fault of JSON that begins at the line of the file.
    pub(super) fn of_json(error: &serde_json::Error, begin: u32) -> Self {
        let place = (error.line(), error.column());
        Self::at(begin, place.0 as u64, place.1 as u64, reason(error))
    }

    /// A fault of YAML that begins at the line of the file.
    pub(super) fn of_yaml(error: &YamlError, begin: u32) -> Self {
        let plain = error.without_snippet();
        let (line, column) = plain.location().map_or((1, 0), |at| (at.line(), at.column()));
        let text = plain.to_string();
        let message = text.lines().next().unwrap_or_default();
        let place = format!(" at line {line}, column {column}");
        let message = message.strip_suffix(&place).unwrap_or(message);
        Self::at(begin, line, column, in_our_words(plain).unwrap_or_else(|| message.to_owned()))
    }

    /// A fault at a line and column that are counted from the line at which a document begins.
    fn at(begin: u32, line: u64, column: u64, message: String) -> Self {
        let line = begin.saturating_add(u32::try_from(line).unwrap_or(u32::MAX).saturating_sub(1));
        let column = u32::try_from(column).ok().filter(|column| *column > 0);
        Self { column, ..Self::new(line, message) }
    }
}

/// What is wrong with YAML, where the library would advise whoever calls it, rather than whoever wrote the file.
fn in_our_words(error: &YamlError) -> Option<String> {
    let words = match error {
        YamlError::AliasError { error, .. } => return in_our_words(error),
        YamlError::DuplicateMappingKey { key: Some(key), .. } => {
            return Some(format!("the key `{key}` stands here twice"));
        }
        YamlError::NonFiniteFloat { value, .. } => {
            return Some(format!("`{value}` is no number that an object may hold"));
        }
        YamlError::DuplicateMappingKey { key: None, .. } => "a key stands here twice",
        YamlError::MultipleDocuments { .. } => "another document stands here without a marker before it",
        YamlError::AliasReplayCounterOverflow { .. }
        | YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. } => "aliases repeat more than is read",
        YamlError::RecursiveReferencesRequireWeakTypes { .. } => "an alias stands within what it repeats",
        YamlError::NullIntoString { .. } => "null stands where text is expected",
        YamlError::BinaryNotUtf8 { .. } => "what is tagged !!binary is no text",
        YamlError::Budget { .. } => "the document is deeper or larger than is read",
        _ => return None,
    };
    Some(words.to_owned())
}

/// What is wrong with JSON, without the place.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    in_plain_words(text.strip_suffix(&place).unwrap_or(&text))
}
