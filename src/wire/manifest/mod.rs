//! Files of manifests, in YAML and JSON, cut into their objects.
//!
//! Lists are unfolded. What is malformed becomes a fault that knows its line, and the rest goes on.

mod fault;
mod json;
mod lines;
mod record;
mod type_meta;
mod yaml;

use std::borrow::Cow;

use memchr::memmem;
use serde::Deserialize;

use super::meta::nullable;
use super::{DecodeError, Object, decode_written_json, documents};
use crate::model::Kind;

pub use fault::Fault;
pub use record::{Recorded, SNAPSHOT_SCHEMA, recorded};
use type_meta::Sort;

/// How deep lists may stand in lists.
const LIST_DEPTH_MAX: u32 = 8;

const ITEMS_ARE_NO_LIST: &str = "the items of a list are no list";

const NO_OBJECT: &str = "what stands here is no object";

/// What a file holds, in the order of the file.
#[derive(Debug, Default)]
pub struct Manifests<'a> {
    /// The objects of watched kinds.
    pub objects: Vec<Manifest<'a>>,
    /// How many objects of other kinds there are.
    pub others: u64,
    pub faults: Vec<Fault>,
}

/// An object of a watched kind, cut out and not decoded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest<'a> {
    pub kind: Kind,
    /// The line of the file at which it begins, from 1 on.
    pub line: u32,
    /// As it stands in the file, or made from YAML.
    json: Cow<'a, str>,
}

impl<'a> Manifests<'a> {
    /// Enters an object. Returns whether its items are to be entered too: whatever holds objects in `items` is taken
    /// for a list by kubectl, while the API server takes it for what its kind says, so that nothing is hidden in either.
    fn enter(
        &mut self,
        sort: Sort,
        holds_objects: bool,
        line: u32,
        depth: u32,
        json: impl FnOnce() -> Cow<'a, str>,
    ) -> bool {
        let unfolds = holds_objects || sort == Sort::List;
        if unfolds && depth >= LIST_DEPTH_MAX {
            self.refuse(line, format!("lists stand in lists more than {LIST_DEPTH_MAX} deep"));
            return false;
        }
        match sort {
            Sort::Watched(kind) => self.objects.push(Manifest { kind, line, json: json() }),
            Sort::Other if !unfolds => self.others += 1,
            Sort::Other | Sort::List => {}
        }
        unfolds
    }

    fn refuse(&mut self, line: u32, message: impl Into<String>) {
        self.faults.push(Fault::new(line, message.into()));
    }
}

/// The objects of a file's text.
///
/// A file of JSON holds any number of objects, one after the other; one of YAML holds documents, each of which may
/// be JSON as well.
pub fn manifests(text: &str) -> Manifests<'_> {
    let mut found = Manifests::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // No string of JSON holds a line's end, so that a marker at the beginning of a line parts documents.
    if json::begins(text) && memmem::find(text.as_bytes(), b"\n---").is_none() {
        json::cut(text, 1, &mut found);
        return found;
    }
    for document in documents(text) {
        let body = document.text.strip_prefix("---").unwrap_or(document.text);
        if json::begins(body) {
            json::cut(body, document.line, &mut found);
        } else {
            yaml::cut(document, &mut found);
        }
    }
    found
}

#[derive(Deserialize)]
struct Named {
    metadata: Names,
}

/// What an object is called.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Names {
    #[serde(deserialize_with = "nullable")]
    pub namespace: String,
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// What the API server is to begin the name with, where it is to make one.
    #[serde(deserialize_with = "nullable")]
    pub generate_name: String,
}

impl Manifest<'_> {
    /// The object.
    pub fn decode(&self) -> Result<Object, Fault> {
        decode_written_json(self.kind, self.json.as_bytes()).map_err(|error| match (&error, &self.json) {
            (DecodeError::Json(error), Cow::Borrowed(_)) => Fault::of_json(error, self.line),
            (DecodeError::Json(error), Cow::Owned(_)) => Fault::new(self.line, fault::reason(error)),
            _ => Fault::new(self.line, error.to_string()),
        })
    }

    /// What the object is called, as far as that can be read; the rest of it need not be readable.
    pub fn names(&self) -> Names {
        serde_json::from_str(&self.json).map(|it: Named| it.metadata).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
