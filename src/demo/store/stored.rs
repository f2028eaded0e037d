//! One version of an object, in the encodings in which it is served.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use jiff::Timestamp;
use prost::encoding::encode_varint;

use crate::demo::objects::{Object, json_from_protobuf};
use crate::model::Kind;

/// How an answer is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Json,
    Protobuf,
}

/// One version of an object.
///
/// It is kept in protobuf, as a real API server keeps it, and is brought into JSON when that is first asked for.
#[derive(Debug)]
pub struct Stored {
    kind: Kind,
    /// `namespace/name`, or `name` alone: in the order of these a real server lists.
    key: Box<str>,
    version: u64,
    /// When its status was last written, in seconds since 1970. None for what has no writer of its status.
    touched: Option<i64>,
    protobuf: Form,
    json: OnceLock<Form>,
}

impl Stored {
    /// Takes an object whose metadata says `version`, which is of ten digits.
    pub(super) fn new<T: Object>(object: &T, version: u64) -> Self {
        let metadata = object.metadata();
        let writer = metadata.managed_fields.iter().find(|entry| entry.subresource == "status");
        Self {
            kind: T::KIND,
            key: key(&metadata.namespace, &metadata.name),
            version,
            touched: writer.and_then(|entry| entry.time?.seconds),
            protobuf: Form::new(object.encode_to_vec()),
            json: OnceLock::new(),
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The object's bytes, without an envelope; in JSON without `kind` and `apiVersion`.
    pub fn bytes(&self, encoding: Encoding) -> &Bytes {
        match encoding {
            Encoding::Protobuf => &self.protobuf.bytes,
            Encoding::Json => &self.json.get_or_init(|| self.make_json()).bytes,
        }
    }

    fn make_json(&self) -> Form {
        Form::new(json_from_protobuf(self.kind, &self.protobuf.bytes).expect("we encoded it ourselves"))
    }

    /// The same object at a later version, as it is when it is deleted.
    pub(super) fn at(&self, version: u64) -> Self {
        self.rewritten(version, self.touched)
    }

    /// The object after its status was written a second later than the last time.
    pub(super) fn touch(&self, version: u64) -> Self {
        self.rewritten(version, self.touched.map(|seconds| seconds + 1))
    }

    /// Copies the bytes and overwrites in place what differs, which costs a tenth of encoding anew.
    fn rewritten(&self, version: u64, touched: Option<i64>) -> Self {
        let before = |encoding| Marks::new(encoding, self.version, self.touched);
        let after = |encoding| Marks::new(encoding, version, touched);
        let rewrite = |form: &Form, encoding| form.rewritten(|| before(encoding), &after(encoding));
        let json = OnceLock::new();
        if let Some(form) = self.json.get() {
            json.get_or_init(|| rewrite(form, Encoding::Json));
        }
        Self {
            kind: self.kind,
            key: self.key.clone(),
            version,
            touched,
            protobuf: rewrite(&self.protobuf, Encoding::Protobuf),
            json,
        }
    }
}

/// The key under which an object is stored.
pub(super) fn key(namespace: &str, name: &str) -> Box<str> {
    if namespace.is_empty() { name.into() } else { format!("{namespace}/{name}").into() }
}

/// The bytes of one encoding, and where in them stands what a touch overwrites.
#[derive(Debug)]
struct Form {
    bytes: Bytes,
    slots: OnceLock<Arc<Slots>>,
}

#[derive(Debug)]
struct Slots {
    version: Vec<usize>,
    touched: Vec<usize>,
}

impl Form {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), slots: OnceLock::new() }
    }

    fn rewritten(&self, before: impl FnOnce() -> Marks, after: &Marks) -> Self {
        let slots = self.slots.get_or_init(|| Arc::new(before().find_in(&self.bytes)));
        let mut bytes = self.bytes.to_vec();
        overwrite(&mut bytes, &slots.version, &after.version);
        overwrite(&mut bytes, &slots.touched, &after.touched);
        // The marks keep their width, so that the slots hold for the next version too.
        Self { bytes: bytes.into(), slots: OnceLock::from(Arc::clone(slots)) }
    }
}

fn overwrite(bytes: &mut [u8], slots: &[usize], mark: &[u8]) {
    for &slot in slots {
        bytes[slot..slot + mark.len()].copy_from_slice(mark);
    }
}

/// How a version and a time of writing look within an encoded object.
///
/// A version has ten digits, and the seconds of this era are a varint of five bytes: another one of either
/// takes the same room.
struct Marks {
    version: Vec<u8>,
    touched: Vec<u8>,
}

impl Marks {
    fn new(encoding: Encoding, version: u64, touched: Option<i64>) -> Self {
        let (version, touched) = match encoding {
            Encoding::Json => (format!("\"{version}\"").into_bytes(), touched.map(json_time)),
            Encoding::Protobuf => (format!("\x32\x0a{version}").into_bytes(), touched.map(protobuf_time)),
        };
        Self { version, touched: touched.unwrap_or_default() }
    }

    fn find_in(&self, bytes: &[u8]) -> Slots {
        // The version stands in the metadata, ahead of whatever else could look like it.
        let version = positions(bytes, &self.version).take(1).collect();
        Slots { version, touched: positions(bytes, &self.touched).collect() }
    }
}

fn json_time(seconds: i64) -> Vec<u8> {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    format!("\"{time}\"").into_bytes()
}

fn protobuf_time(seconds: i64) -> Vec<u8> {
    let mut mark = vec![0x08];
    encode_varint(seconds.cast_unsigned(), &mut mark);
    mark
}

fn positions<'a>(bytes: &'a [u8], mark: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let width = mark.len().max(1);
    // Most places are ruled out by their first byte, which is much cheaper than to compare them whole.
    let found = move |window: &[u8]| window.first() == mark.first() && window == mark;
    bytes.windows(width).enumerate().filter(move |(_, window)| found(window)).map(|(at, _)| at)
}
