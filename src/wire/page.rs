//! The pages of a list.

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::decode::open_envelope;
use super::meta::nullable;
use super::{DecodeError, Encoding, Item, decode_item};
use crate::model::Kind;

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The version of the collection that the list shows: where a watch goes on from.
    pub resource_version: String,
    /// What to ask for the next page with; empty on the last.
    pub continue_token: String,
    pub items: Vec<Item>,
}

/// `metav1.ListMeta`.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListMeta {
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    resource_version: String,
    #[prost(string, tag = "3")]
    #[serde(rename = "continue", deserialize_with = "nullable")]
    continue_token: String,
}

/// Any typed list, with its items left as they are.
#[derive(Clone, PartialEq, Message)]
struct ProtobufList {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ListMeta>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    items: Vec<Bytes>,
}

/// Any list in JSON, with its items left as they are.
#[derive(Deserialize)]
struct JsonList<'a> {
    #[serde(default)]
    metadata: ListMeta,
    #[serde(borrow, default, deserialize_with = "nullable")]
    items: Vec<&'a RawValue>,
}

/// Decodes the body of an answer to a list request. An item that cannot be read is told apart, and the
/// rest goes on.
pub fn decode_page(kind: Kind, encoding: Encoding, body: Bytes) -> Result<Page, DecodeError> {
    let (metadata, items) = match encoding {
        Encoding::Protobuf => {
            let list = ProtobufList::decode(open_envelope(body)?)?;
            (list.metadata.unwrap_or_default(), list.items)
        }
        Encoding::Json => {
            let list: JsonList<'_> = serde_json::from_slice(&body)?;
            let items = list.items.iter().map(|raw| body.slice_ref(raw.get().as_bytes())).collect();
            (list.metadata, items)
        }
    };
    let mut decoded = Vec::with_capacity(items.len());
    for item in items {
        decoded.push(decode_item(kind, encoding, item)?);
    }
    let ListMeta { resource_version, continue_token } = metadata;
    Ok(Page { resource_version, continue_token, items: decoded })
}
