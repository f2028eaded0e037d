//! Bytes to objects, in both encodings.

use bytes::Bytes;
use prost::Message;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_path_to_error::{Path, Track};
use thiserror::Error;

use super::Object;
use super::network::NetworkPolicy;
use super::pod::Pod;
use super::range::{Node, ServiceCidr};
use super::rbac::{AnyBinding, AnyRole};
use super::shape::Strict;
use super::words::in_plain_words;
use super::workload::{Bare, CronJob, DaemonSet, Job, Replicated};
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
/// Two bytes of protobuf can stand for one empty container, of 184 bytes in a vector that doubles as it grows. Just after
/// it has doubled, all its sizes so far add up to four places for each element held. An empty item of a page, an object
/// of 280 bytes with a spec of 192, takes still more. What the allocator rounds up comes on top. At no moment is more than
/// three quarters of it held at once.
pub const ALLOCATION_FACTOR: usize = 395;

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
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let object = decode(kind, &mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

/// One object from JSON that somebody wrote, with errors that name the field. It may allocate more than
/// [`ALLOCATION_FACTOR`] says.
pub fn decode_written_json(kind: Kind, json: &[u8]) -> Result<Object, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let object = decode_written(kind, &mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

/// One object from a value that somebody wrote, with errors that name the field.
pub fn decode_value(kind: Kind, value: serde_json::Value) -> Result<Object, serde_json::Error> {
    decode_written(kind, value)
}

fn decode_written<'de, D>(kind: Kind, deserializer: D) -> Result<Object, serde_json::Error>
where
    D: Deserializer<'de, Error = serde_json::Error>,
{
    let mut track = Track::new();
    let object = decode(kind, Strict(serde_path_to_error::Deserializer::new(deserializer, &mut track)));
    object.map_err(|error| told(&track.path(), &error))
}

/// The error with the field, in plain words, at the same place.
fn told(path: &Path, error: &serde_json::Error) -> serde_json::Error {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let (text, place) = text.strip_suffix(&place).map_or((&*text, ""), |text| (text, &*place));
    let field = if path.iter().len() == 0 { String::new() } else { format!("{path}: ") };
    serde_json::Error::custom(format!("{field}{}{place}", in_plain_words(text)))
}

fn decode<'de, D: Deserializer<'de>>(kind: Kind, deserializer: D) -> Result<Object, D::Error> {
    Ok(match kind {
        Kind::Namespace
        | Kind::ServiceAccount
        | Kind::CiliumNetworkPolicy
        | Kind::CiliumClusterwideNetworkPolicy
        | Kind::CalicoNetworkPolicy
        | Kind::CalicoGlobalNetworkPolicy
        | Kind::AdminNetworkPolicy
        | Kind::BaselineAdminNetworkPolicy
        | Kind::ClusterNetworkPolicy => Bare::deserialize(deserializer)?.into_object(kind),
        Kind::Pod => Pod::deserialize(deserializer)?.into_object(kind),
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => {
            Replicated::deserialize(deserializer)?.into_object(kind)
        }
        Kind::DaemonSet => DaemonSet::deserialize(deserializer)?.into_object(kind),
        Kind::Job => Job::deserialize(deserializer)?.into_object(kind),
        Kind::CronJob => CronJob::deserialize(deserializer)?.into_object(kind),
        Kind::Role | Kind::ClusterRole => AnyRole::deserialize(deserializer)?.into_object(kind),
        Kind::RoleBinding | Kind::ClusterRoleBinding => {
            AnyBinding::deserialize(deserializer)?.into_object(kind)
        }
        Kind::NetworkPolicy => NetworkPolicy::deserialize(deserializer)?.into_object(kind),
        Kind::Node => Node::deserialize(deserializer)?.into_object(kind),
        Kind::ServiceCidr => ServiceCidr::deserialize(deserializer)?.into_object(kind),
    })
}

/// One object from a bare protobuf message, without prefix and envelope.
pub fn decode_protobuf(kind: Kind, message: Bytes) -> Result<Object, DecodeError> {
    Ok(match kind {
        Kind::Namespace
        | Kind::ServiceAccount
        | Kind::CiliumNetworkPolicy
        | Kind::CiliumClusterwideNetworkPolicy
        | Kind::CalicoNetworkPolicy
        | Kind::CalicoGlobalNetworkPolicy
        | Kind::AdminNetworkPolicy
        | Kind::BaselineAdminNetworkPolicy
        | Kind::ClusterNetworkPolicy => Bare::decode(message)?.into_object(kind),
        Kind::Pod => Pod::decode(message)?.into_object(kind),
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => {
            Replicated::decode(message)?.into_object(kind)
        }
        Kind::DaemonSet => DaemonSet::decode(message)?.into_object(kind),
        Kind::Job => Job::decode(message)?.into_object(kind),
        Kind::CronJob => CronJob::decode(message)?.into_object(kind),
        Kind::Role | Kind::ClusterRole => AnyRole::decode(message)?.into_object(kind),
        Kind::RoleBinding | Kind::ClusterRoleBinding => AnyBinding::decode(message)?.into_object(kind),
        Kind::NetworkPolicy => NetworkPolicy::decode(message)?.into_object(kind),
        Kind::Node => Node::decode(message)?.into_object(kind),
        Kind::ServiceCidr => ServiceCidr::decode(message)?.into_object(kind),
    })
}
