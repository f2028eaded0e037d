//! Files of JSON: one object after the other, with lists sliced rather than read.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::lines::Lines;
use super::type_meta::{Sort, TypeMeta};
use super::{Fault, LIST_DEPTH_MAX, Manifest, Manifests};
use crate::wire::meta::nullable;

/// The type of an object, and the items where it is a list.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "apiVersion", default, deserialize_with = "nullable")]
    api_version: String,
    #[serde(default, deserialize_with = "nullable")]
    kind: String,
    #[serde(borrow, default, deserialize_with = "nullable")]
    items: Vec<&'a RawValue>,
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

struct Cutter<'a, 'f> {
    lines: Lines<'a>,
    found: &'f mut Manifests<'a>,
}

impl<'a> Cutter<'a, '_> {
    /// Takes the object that `text` begins with. Returns what follows it.
    fn cut_first(&mut self, text: &'a str) -> &'a str {
        let line = self.lines.of(text);
        let mut stream = Deserializer::from_str(text).into_iter::<Envelope<'a>>();
        match stream.next() {
            Some(Ok(envelope)) => {
                let (object, rest) = text.split_at(stream.byte_offset());
                self.take_whole(object, envelope, line, 0);
                rest
            }
            Some(Err(error)) => {
                self.found.faults.push(Fault::of_json(&error, line));
                after_malformed(text, error.line())
            }
            None => "",
        }
    }

    fn take_whole(&mut self, json: &'a str, envelope: Envelope<'a>, line: u32, depth: u32) {
        let Envelope { api_version, kind, items } = envelope;
        match (TypeMeta { api_version, kind }).sort() {
            Ok(Sort::List(_)) if depth >= LIST_DEPTH_MAX => {
                self.refuse(line, format!("lists stand in lists more than {LIST_DEPTH_MAX} deep"));
            }
            Ok(Sort::List(of)) => {
                for item in items {
                    self.take_item(item.get(), of.as_ref(), depth + 1);
                }
            }
            sort => self.take(json, sort, line),
        }
    }

    /// Takes an item of a list, without reading it through where its kind is plain.
    fn take_item(&mut self, json: &'a str, of: Option<&TypeMeta>, depth: u32) {
        let line = self.lines.of(json);
        let sort = match of {
            Some(of) => of.sort(),
            None => match TypeMeta::peek(json, line) {
                Ok(peeked) => peeked.sort(),
                Err(fault) => return self.found.faults.push(fault),
            },
        };
        if !matches!(sort, Ok(Sort::List(_))) {
            return self.take(json, sort, line);
        }
        match serde_json::from_str(json) {
            Ok(envelope) => self.take_whole(json, envelope, line, depth),
            Err(error) => self.found.faults.push(Fault::of_json(&error, line)),
        }
    }

    fn take(&mut self, json: &'a str, sort: Result<Sort, String>, line: u32) {
        match sort {
            Ok(Sort::Watched(kind)) => {
                self.found.objects.push(Manifest { kind, line, json: json.into() });
            }
            Ok(Sort::Other | Sort::List(_)) => self.found.others += 1,
            Err(message) => self.refuse(line, message),
        }
    }

    fn refuse(&mut self, line: u32, message: String) {
        self.found.faults.push(Fault::new(line, message));
    }
}

/// What follows the malformed object that `text` begins with: what comes after its end, where that is to be found;
/// else the next line, from that of the fault on, that begins with a brace as objects do.
fn after_malformed(text: &str, fault_line: usize) -> &str {
    let mut stream = Deserializer::from_str(text).into_iter::<IgnoredAny>();
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
