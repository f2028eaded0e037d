//! The labels of an object.

use std::sync::Arc;

/// A set of labels, in the order of their keys.
pub type Labels = Vec<(Arc<str>, Arc<str>)>;

/// The value of the label of this key.
pub fn label<'a>(labels: &'a Labels, key: &str) -> Option<&'a str> {
    labels.iter().find(|(it, _)| **it == *key).map(|(_, value)| &**value)
}
