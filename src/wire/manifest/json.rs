//! Files of JSON: one object after the other, with lists sliced rather than decoded.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::fault::reason;
use super::lines::Lines;
use super::type_meta::{Sort, TypeMeta};
use super::{Fault, ITEMS_ARE_NO_LIST, Manifests, NO_OBJECT};
use crate::wire::meta::nullable;

/// The type of an object, and what it lists. An object that names a field twice is refused: readers differ in which
/// of the two they take.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "apiVersion", default, deserialize_with = "nullable")]
    api_version: String,
    #[serde(default, deserialize_with = "nullable")]
    kind: String,
    #[serde(borrow, default)]
    items: Items<'a>,
}

/// What stands under `items`.
#[derive(Default)]
enum Items<'a> {
    /// Nothing.
    #[default]
    Absent,
    List(Vec<&'a RawValue>),
    /// Something that lists nothing.
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemsVisitor)
    }
}

/// Slices a list while it is read for the first time: a list may hold gigabytes.
struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Items<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Items::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Items::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Items::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Items::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Items::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Items::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Items::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Items::Other)
    }
}

/// Whether the text begins as an object of JSON does, and not as one of YAML such as `{kind: Pod}`.
pub(super) fn begins(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
}

/// Takes the objects of a text that begins at this line of its file.
pub(super) fn cut<'a>(text: &'a str, line: u32, found: &mut Manifests<'a>) {
    let mut cutter = Cutter { lines: Lines::new(text, line), found };
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        rest = cutter.cut_first(rest).trim_start();
    }
}

/// Takes the objects of a list, which are parts of the text of a whole file.
pub(super) fn cut_items<'a>(text: &'a str, items: &[&'a RawValue], found: &mut Manifests<'a>) {
    let mut cutter = Cutter { lines: Lines::new(text, 1), found };
    for item in items {
        cutter.take_item(item.get(), None, 0);
    }
}

struct Cutter<'a, 'f> {
    lines: Lines<'a>,
    found: &'f mut Manifests<'a>,
}

impl<'a> Cutter<'a, '_> {
    /// Takes the object that `text` begins with. Returns what follows it.
    fn cut_first(&mut self, text: &'a str) -> &'a str {
        let line = self.lines.of(text);
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Envelope<'a>>();
        match stream.next() {
            Some(Ok(Envelope { api_version, kind, items })) => {
                let (object, rest) = text.split_at(stream.byte_offset());
                self.take(object, &TypeMeta { api_version, kind }, items, line, 0);
                rest
            }
            Some(Err(error)) => {
                self.found.faults.push(Fault::of_json(&error, line));
                after_malformed(text, error.line())
            }
            None => "",
        }
    }

    /// Takes an object and what it lists, where it lists anything.
    fn take(&mut self, json: &'a str, meta: &TypeMeta, items: Items<'a>, line: u32, depth: u32) {
        let sort = match meta.sort() {
            Ok(sort) => sort,
            Err(message) => return self.found.refuse(line, message),
        };
        let items = match items {
            Items::List(items) => items,
            Items::Other if sort == Sort::List => return self.found.refuse(line, ITEMS_ARE_NO_LIST),
            Items::Other | Items::Absent => Vec::new(),
        };
        let holds_objects = items.iter().any(|item| is_object(item.get()));
        if !self.found.enter(sort, holds_objects, line, depth, || json.into()) {
            return;
        }
        let of = meta.of_items();
        for item in items {
            self.take_item(item.get(), of.as_ref(), depth + 1);
        }
    }

    fn take_item(&mut self, json: &'a str, of: Option<&TypeMeta>, depth: u32) {
        let line = self.lines.of(json);
        if !is_object(json) {
            return self.found.refuse(line, NO_OBJECT);
        }
        match serde_json::from_str(json) {
            Ok(Envelope { api_version, kind, items }) => {
                let meta = TypeMeta { api_version, kind }.or(of);
                self.take(json, &meta, items, line, depth);
            }
            Err(error) => self.found.refuse(line, reason(&error)),
        }
    }
}

fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

/// What follows the malformed object that `text` begins with: what comes after its end, where that is to be found;
/// else the next line, from that of the fault on, that begins with a brace as objects do.
fn after_malformed(text: &str, fault_line: usize) -> &str {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    if let Some(Ok(_)) = stream.next() {
        return &text[stream.byte_offset()..];
    }
    let mut offset = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        if number > 1 && number >= fault_line && line.starts_with('{') {
            return &text[offset..];
        }
        offset += line.len();
    }
    ""
}
