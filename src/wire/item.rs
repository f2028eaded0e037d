//! One object of a list or watch, or the name of one that cannot be read.

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

use super::meta::nullable;
use super::{DecodeError, Encoding, Object, decode_json, decode_protobuf};
use crate::model::Kind;

/// What came for one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Object(Object),
    /// The object could not be decoded, but it says its name: it must not blind the rest.
    Unreadable(Unreadable),
}

/// An object that could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
    /// What was wrong, in at most 256 bytes.
    pub error: String,
}

/// How much of an error's text is kept. It may quote the object, which may be long.
const ERROR_MAX: usize = 256;

/// The names alone, as bytes: a hostile owner reference that is not UTF-8 fails the whole object, and the
/// object must still be told apart from its neighbours.
#[derive(Clone, PartialEq, Message)]
struct ProtobufNames {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ProtobufMeta>,
}

#[derive(Clone, PartialEq, Message)]
struct ProtobufMeta {
    #[prost(bytes = "bytes", tag = "1")]
    name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    namespace: Bytes,
}

#[derive(Deserialize)]
struct JsonNames {
    metadata: JsonMeta,
}

#[derive(Deserialize)]
struct JsonMeta {
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    namespace: String,
}

/// Decodes one bare object. It is an error only where not even the object's name can be read.
pub fn decode_item(kind: Kind, encoding: Encoding, bytes: Bytes) -> Result<Item, DecodeError> {
    let decoded = match encoding {
        Encoding::Protobuf => decode_protobuf(kind, bytes.clone()),
        Encoding::Json => decode_json(kind, &bytes),
    };
    let error = match decoded {
        Ok(object) => return Ok(Item::Object(object)),
        Err(error) => error,
    };
    match names(encoding, bytes) {
        Some((namespace, name)) if !name.is_empty() => {
            let mut error = error.to_string();
            error.truncate(error.floor_char_boundary(ERROR_MAX));
            Ok(Item::Unreadable(Unreadable { kind, namespace, name, error }))
        }
        _ => Err(error),
    }
}

/// The namespace and name of an object that is otherwise not readable.
fn names(encoding: Encoding, bytes: Bytes) -> Option<(String, String)> {
    match encoding {
        Encoding::Protobuf => {
            let meta = ProtobufNames::decode(bytes).ok()?.metadata?;
            let text = |bytes: Bytes| String::from_utf8_lossy(&bytes).into_owned();
            Some((text(meta.namespace), text(meta.name)))
        }
        Encoding::Json => {
            let meta = serde_json::from_slice::<JsonNames>(&bytes).ok()?.metadata;
            Some((meta.namespace, meta.name))
        }
    }
}
