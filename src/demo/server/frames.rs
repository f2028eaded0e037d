//! How objects stand in the bytes of a list and of a watch.

use std::collections::BTreeMap;

use prost::Message;
use prost::encoding::{encode_varint, encoded_len_varint};

use crate::demo::objects::{ListMeta, ObjectMeta, Status, TypeMeta, protobuf_of_metadata};
use crate::demo::store::{Encoding, EventType, Stored};
use crate::model::Kind;

/// What every protobuf answer begins with.
const MAGIC: &[u8] = b"k8s\0";
/// The empty `contentEncoding` and `contentType` that close a `runtime.Unknown`.
const UNKNOWN_END: &[u8] = &[0x1a, 0, 0x22, 0];
/// The tags of the length-delimited fields 1 and 2.
const FIELD_1: u8 = 0x0a;
const FIELD_2: u8 = 0x12;

/// The annotation of the bookmark that closes the first list of a watch.
const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

/// What a frame is about: the type that it names and the bytes of an object of it.
struct Framed<'a> {
    event: &'a str,
    api_version: &'a str,
    kind: &'a str,
    object: &'a [u8],
}

/// Writes the frames of one kind's watch in one encoding.
#[derive(Debug)]
pub(super) struct Framer {
    kind: Kind,
    encoding: Encoding,
    api_version: String,
}

impl Framer {
    pub(super) fn new(kind: Kind, encoding: Encoding) -> Self {
        Self { kind, encoding, api_version: kind.api_version() }
    }

    pub(super) fn event(&self, out: &mut Vec<u8>, event: EventType, object: &Stored) {
        self.object(out, event.as_str(), object.bytes(self.encoding));
    }

    /// A bookmark at `version`, with annotations if it closes the first list.
    pub(super) fn bookmark(&self, out: &mut Vec<u8>, version: u64, closes_list: bool) {
        let end = closes_list.then(|| (INITIAL_EVENTS_END.to_owned(), "true".to_owned()));
        let metadata = ObjectMeta {
            resource_version: version.to_string(),
            annotations: end.into_iter().collect::<BTreeMap<_, _>>(),
            ..ObjectMeta::default()
        };
        let object = match self.encoding {
            Encoding::Protobuf => protobuf_of_metadata(self.kind, metadata),
            Encoding::Json => {
                let metadata = json(&metadata);
                [b"{\"metadata\":", metadata.as_slice(), b",\"spec\":{},\"status\":{}}"].concat()
            }
        };
        self.object(out, "BOOKMARK", &object);
    }

    fn object(&self, out: &mut Vec<u8>, event: &str, object: &[u8]) {
        let framed = Framed { event, api_version: &self.api_version, kind: self.kind.name(), object };
        framed.push(out, self.encoding);
    }

    /// The error with which a watch ends.
    pub(super) fn error(&self, out: &mut Vec<u8>, status: &Status) {
        let object = match self.encoding {
            Encoding::Protobuf => status.encode_to_vec(),
            Encoding::Json => json(status),
        };
        let framed = Framed { event: "ERROR", api_version: "v1", kind: "Status", object: &object };
        framed.push(out, self.encoding);
    }

    /// A frame of the right outer form that holds no event.
    pub(super) fn garbage(&self, out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Protobuf => out.extend_from_slice(b"\0\0\0\x05\xff\xff\xff\xff\xff"),
            Encoding::Json => out.extend_from_slice(b"{\"type\":\"ADDED\",\"object\":{\"kind\":\n"),
        }
    }
}

impl Framed<'_> {
    fn push(&self, out: &mut Vec<u8>, encoding: Encoding) {
        match encoding {
            Encoding::Json => self.push_json(out),
            Encoding::Protobuf => self.push_protobuf(out),
        }
    }

    fn push_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"type\":\"");
        out.extend_from_slice(self.event.as_bytes());
        out.extend_from_slice(b"\",\"object\":");
        push_json_head(out, self.kind, self.api_version);
        out.extend_from_slice(&self.object[1..]);
        out.extend_from_slice(b"}\n");
    }

    fn push_protobuf(&self, out: &mut Vec<u8>) {
        let type_meta_len = type_meta_len(self.api_version, self.kind);
        let unknown_len =
            MAGIC.len() + field_len(type_meta_len) + field_len(self.object.len()) + UNKNOWN_END.len();
        let event_len = field_len(self.event.len()) + field_len(field_len(unknown_len));
        out.extend_from_slice(&u32::try_from(event_len).unwrap_or(u32::MAX).to_be_bytes());
        push_field(out, FIELD_1, self.event.as_bytes());
        push_field_head(out, FIELD_2, field_len(unknown_len));
        push_field_head(out, FIELD_1, unknown_len);
        push_unknown_head(out, self.api_version, self.kind, self.object.len());
        out.extend_from_slice(self.object);
        out.extend_from_slice(UNKNOWN_END);
    }
}

/// An object of its own, such as a status.
pub(super) fn status_body(encoding: Encoding, status: &Status) -> Vec<u8> {
    let mut out = Vec::new();
    match encoding {
        Encoding::Json => {
            push_json_head(&mut out, "Status", "v1");
            out.extend_from_slice(&json(status)[1..]);
            out.push(b'\n');
        }
        Encoding::Protobuf => {
            let raw = status.encode_to_vec();
            push_unknown_head(&mut out, "v1", "Status", raw.len());
            out.extend_from_slice(&raw);
            out.extend_from_slice(UNKNOWN_END);
        }
    }
    out
}

/// What stands before the objects of a list.
pub(super) fn list_head(
    kind: Kind,
    encoding: Encoding,
    metadata: &ListMeta,
    objects: &[std::sync::Arc<Stored>],
) -> Vec<u8> {
    let (list, api_version) = (format!("{}List", kind.name()), kind.api_version());
    let mut out = Vec::new();
    match encoding {
        Encoding::Json => {
            push_json_head(&mut out, &list, &api_version);
            out.extend_from_slice(b"\"metadata\":");
            out.extend_from_slice(&json(metadata));
            out.extend_from_slice(b",\"items\":[");
        }
        Encoding::Protobuf => {
            let metadata = metadata.encode_to_vec();
            let items: usize = objects.iter().map(|object| field_len(object.bytes(encoding).len())).sum();
            push_unknown_head(&mut out, &api_version, &list, field_len(metadata.len()) + items);
            push_field(&mut out, FIELD_1, &metadata);
        }
    }
    out
}

/// One object of a list.
pub(super) fn push_item(out: &mut Vec<u8>, encoding: Encoding, object: &Stored, first: bool) {
    let bytes = object.bytes(encoding);
    match encoding {
        Encoding::Json => {
            if !first {
                out.push(b',');
            }
            out.extend_from_slice(bytes);
        }
        Encoding::Protobuf => push_field(out, FIELD_2, bytes),
    }
}

/// What stands behind the objects of a list.
pub(super) fn list_tail(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::Json => b"]}\n",
        Encoding::Protobuf => UNKNOWN_END,
    }
}

fn push_json_head(out: &mut Vec<u8>, kind: &str, api_version: &str) {
    for part in ["{\"kind\":\"", kind, "\",\"apiVersion\":\"", api_version, "\","] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// The magic bytes and a `runtime.Unknown` up to the object, which has so many bytes.
fn push_unknown_head(out: &mut Vec<u8>, api_version: &str, kind: &str, object_len: usize) {
    out.extend_from_slice(MAGIC);
    let type_meta = TypeMeta { api_version: api_version.to_owned(), kind: kind.to_owned() };
    push_field(out, FIELD_1, &type_meta.encode_to_vec());
    push_field_head(out, FIELD_2, object_len);
}

fn type_meta_len(api_version: &str, kind: &str) -> usize {
    field_len(api_version.len()) + field_len(kind.len())
}

fn push_field(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    push_field_head(out, tag, bytes.len());
    out.extend_from_slice(bytes);
}

fn push_field_head(out: &mut Vec<u8>, tag: u8, len: usize) {
    out.push(tag);
    encode_varint(len as u64, out);
}

/// How many bytes a field takes whose value has so many.
fn field_len(len: usize) -> usize {
    1 + encoded_len_varint(len as u64) + len
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("maps of strings and plain structs can be written")
}
