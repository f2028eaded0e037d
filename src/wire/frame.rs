//! The frames of a watch.
//!
//! In protobuf a frame is a length of four bytes, big-endian, and a `metav1.WatchEvent`; in JSON it is a
//! line.

use bytes::{Buf, Bytes, BytesMut};
use prost::Message;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::decode::open_envelope;
use super::meta::nullable;
use super::{DecodeError, Encoding, Status, decode_status};

/// Cuts a byte stream into frames. It holds at most one frame and the piece that came last.
#[derive(Debug)]
pub struct FrameReader {
    encoding: Encoding,
    /// The longest frame allowed, in bytes.
    frame_max: usize,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of line.
    searched: usize,
}

/// The bytes of the length in front of a protobuf frame.
const LENGTH_BYTES: usize = 4;

impl FrameReader {
    pub fn new(encoding: Encoding, frame_max: usize) -> Self {
        Self { encoding, frame_max, buffer: BytesMut::new(), searched: 0 }
    }

    /// Takes the next piece of the stream.
    pub fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    /// The next whole frame; none until more has been pushed.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, DecodeError> {
        match self.encoding {
            Encoding::Protobuf => self.next_message(),
            Encoding::Json => self.next_line(),
        }
    }

    /// Says at the end of the stream whether it ended between two frames.
    pub fn finish(&self) -> Result<(), DecodeError> {
        let between = match self.encoding {
            Encoding::Protobuf => self.buffer.is_empty(),
            Encoding::Json => self.buffer.trim_ascii().is_empty(),
        };
        if between { Ok(()) } else { Err(DecodeError::Truncated) }
    }

    fn next_message(&mut self) -> Result<Option<Bytes>, DecodeError> {
        let Some(head) = self.buffer.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*head)).unwrap_or(usize::MAX);
        self.check_length(length)?;
        if self.buffer.len() < LENGTH_BYTES + length {
            return Ok(None);
        }
        self.buffer.advance(LENGTH_BYTES);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    fn next_line(&mut self) -> Result<Option<Bytes>, DecodeError> {
        loop {
            let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
                self.searched = self.buffer.len();
                self.check_length(self.searched)?;
                return Ok(None);
            };
            let line = self.buffer.split_to(self.searched + end).freeze();
            self.buffer.advance(1);
            self.searched = 0;
            self.check_length(line.len())?;
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    fn check_length(&self, length: usize) -> Result<(), DecodeError> {
        let max = self.frame_max;
        if length > max { Err(DecodeError::FrameTooLong { length, max }) } else { Ok(()) }
    }
}

/// A decoded frame, with its object as `T`: left as it is, or decoded as well.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame<T> {
    Added(T),
    Modified(T),
    Deleted(T),
    Bookmark {
        resource_version: String,
        /// It closes the first list that a `WatchList` streams.
        initial_events_end: bool,
    },
    /// The server ends the watch, and says why.
    Error(Status),
}

/// `metav1.WatchEvent` in protobuf.
#[derive(Clone, PartialEq, Message)]
struct ProtobufEvent {
    #[prost(string, tag = "1")]
    event: String,
    #[prost(message, optional, tag = "2")]
    object: Option<RawExtension>,
}

#[derive(Clone, PartialEq, Message)]
struct RawExtension {
    #[prost(bytes = "bytes", tag = "1")]
    raw: Bytes,
}

/// `metav1.WatchEvent` in JSON.
#[derive(Deserialize)]
struct JsonEvent<'a> {
    #[serde(rename = "type")]
    event: String,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// The object of a BOOKMARK event: any kind with nothing but its version.
#[derive(Clone, PartialEq, Message, Deserialize)]
struct Bookmark {
    #[prost(message, optional, tag = "1")]
    metadata: Option<BookmarkMeta>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct BookmarkMeta {
    #[prost(string, tag = "6")]
    #[serde(deserialize_with = "nullable")]
    resource_version: String,
    #[prost(btree_map = "string, string", tag = "12")]
    #[serde(deserialize_with = "nullable")]
    annotations: std::collections::BTreeMap<String, String>,
}

/// The annotation of the bookmark that closes the first list, with the value `true`.
const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

/// Decodes a frame, but leaves its object as it is: a bare message or a JSON object.
pub fn cut_frame(encoding: Encoding, frame: Bytes) -> Result<Frame<Bytes>, DecodeError> {
    let (event, object) = match encoding {
        Encoding::Protobuf => {
            let event = ProtobufEvent::decode(frame)?;
            (event.event, event.object.unwrap_or_default().raw)
        }
        Encoding::Json => match cut_usual(&frame) {
            Some(usual) => usual,
            None => cut_json(&frame)?,
        },
    };
    if event == "ERROR" {
        return Ok(Frame::Error(decode_status(encoding, object)?));
    }
    let object = match encoding {
        Encoding::Protobuf => open_envelope(object)?,
        Encoding::Json => object,
    };
    match event.as_str() {
        "ADDED" => Ok(Frame::Added(object)),
        "MODIFIED" => Ok(Frame::Modified(object)),
        "DELETED" => Ok(Frame::Deleted(object)),
        "BOOKMARK" => decode_bookmark(encoding, &object),
        _ => Err(DecodeError::UnknownEvent(event)),
    }
}

/// Cuts a JSON frame as every API server writes it, without reading the object: whoever decodes the object
/// finds out whether it is one.
fn cut_usual(frame: &Bytes) -> Option<(String, Bytes)> {
    let rest = frame.strip_prefix(b"{\"type\":\"")?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    let (event, rest) = rest.split_at(end);
    // An escape is no usual spelling, and is not read here.
    if event.contains(&b'\\') {
        return None;
    }
    let object = rest.strip_prefix(b"\",\"object\":")?.trim_ascii_end().strip_suffix(b"}")?;
    Some((std::str::from_utf8(event).ok()?.to_owned(), frame.slice_ref(object)))
}

/// Cuts a JSON frame of any form.
fn cut_json(frame: &Bytes) -> Result<(String, Bytes), DecodeError> {
    let event: JsonEvent<'_> = serde_json::from_slice(frame)?;
    Ok((event.event, frame.slice_ref(event.object.get().as_bytes())))
}

fn decode_bookmark<T>(encoding: Encoding, object: &Bytes) -> Result<Frame<T>, DecodeError> {
    let bookmark: Bookmark = match encoding {
        Encoding::Protobuf => Bookmark::decode(object.clone())?,
        Encoding::Json => serde_json::from_slice(object)?,
    };
    let metadata = bookmark.metadata.unwrap_or_default();
    let initial_events_end =
        metadata.annotations.get(INITIAL_EVENTS_END).is_some_and(|value| value == "true");
    Ok(Frame::Bookmark { resource_version: metadata.resource_version, initial_events_end })
}
