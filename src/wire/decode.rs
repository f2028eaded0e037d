//! Bytes to objects, in both encodings.

use bytes::Bytes;
use prost::Message;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::Object;
use super::pod::Pod;
use super::workload::{CronJob, DaemonSet, Job, Namespace, Replicated};
use crate::model::Kind;

/// How the API server encodes what it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Json,
    /// `application/vnd.kubernetes.protobuf`.
    Protobuf,
}

/// Why bytes are not what they should be. None of these panics or recurses with the input's depth, and
/// decoding allocates at most [`ALLOCATION_FACTOR`] times the length of the input.
#[derive(Debug, Error)]
pub enum DecodeError {
    #[error("failed to decode protobuf: {0}")]
    Protobuf(#[from] prost::DecodeError),
    #[error("failed to decode JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the message does not begin with Kubernetes' protobuf prefix")]
    NoPrefix,
    #[error("a frame of {length} bytes is longer than the {max} bytes allowed")]
    FrameTooLong { length: usize, max: usize },
    #[error("the stream ended within a frame")]
    Truncated,
    #[error("'{0}' is no type of watch event")]
    UnknownEvent(String),
}

/// How many bytes decoding asks the allocator for, freed again or not, for each byte of input at most.
///
/// Two bytes of protobuf can stand for one empty owner reference of 104 bytes, in a vector that doubles as it
/// grows: just after it has doubled, all its sizes so far add up to four places for each element held. What
/// the allocator rounds up comes on top. At no moment is more than three quarters of it held at once.
pub const ALLOCATION_FACTOR: usize = 210;

/// What every protobuf message of the API server begins with.
const PROTOBUF_PREFIX: &[u8] = b"k8s\0";

/// `runtime.Unknown`, the envelope of every protobuf message.
#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(bytes = "bytes", tag = "2")]
    raw: Bytes,
}

/// The content of a protobuf message within its prefix and envelope. It shares the memory of `message`.
pub(super) fn open_envelope(mut message: Bytes) -> Result<Bytes, DecodeError> {
    if !message.starts_with(PROTOBUF_PREFIX) {
        return Err(DecodeError::NoPrefix);
    }
    let body = message.split_off(PROTOBUF_PREFIX.len());
    Ok(Unknown::decode(body)?.raw)
}

/// One object from JSON.
pub fn decode_json(kind: Kind, json: &[u8]) -> Result<Object, DecodeError> {
    fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
        Ok(serde_json::from_slice(json)?)
    }
    Ok(match kind {
        Kind::Namespace => read::<Namespace>(json)?.into_object(kind),
        Kind::Pod => read::<Pod>(json)?.into_object(kind),
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => {
            read::<Replicated>(json)?.into_object(kind)
        }
        Kind::DaemonSet => read::<DaemonSet>(json)?.into_object(kind),
        Kind::Job => read::<Job>(json)?.into_object(kind),
        Kind::CronJob => read::<CronJob>(json)?.into_object(kind),
    })
}

/// One object from a bare protobuf message, without prefix and envelope.
pub fn decode_protobuf(kind: Kind, message: Bytes) -> Result<Object, DecodeError> {
    Ok(match kind {
        Kind::Namespace => Namespace::decode(message)?.into_object(kind),
        Kind::Pod => Pod::decode(message)?.into_object(kind),
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => {
            Replicated::decode(message)?.into_object(kind)
        }
        Kind::DaemonSet => DaemonSet::decode(message)?.into_object(kind),
        Kind::Job => Job::decode(message)?.into_object(kind),
        Kind::CronJob => CronJob::decode(message)?.into_object(kind),
    })
}
