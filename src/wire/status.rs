//! `metav1.Status`: how the API server says no.

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

use super::decode::open_envelope;
use super::meta::nullable;
use super::{DecodeError, Encoding};

/// `metav1.Status`.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[serde(default)]
pub struct Status {
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub message: String,
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub reason: String,
    /// The HTTP status code.
    #[prost(int32, tag = "6")]
    pub code: i32,
}

/// Decodes the body of an answer that is an error, or the object of an ERROR event.
pub fn decode_status(encoding: Encoding, body: Bytes) -> Result<Status, DecodeError> {
    match encoding {
        Encoding::Protobuf => Ok(Status::decode(open_envelope(body)?)?),
        Encoding::Json => Ok(serde_json::from_slice(&body)?),
    }
}
