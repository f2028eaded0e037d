//! Objects, lists and events back to protobuf, by Kubernetes' field numbers.

use bytes::Bytes;
use prost::{Message, encode_length_delimiter};

use crate::model::Kind;
use crate::wire::{Content, Frame, Item, Object, Page, Pods};

/// A field that holds bytes, text or a message.
pub fn field(tag: u32, content: impl AsRef<[u8]>) -> Vec<u8> {
    const LENGTH_DELIMITED: u32 = 2;
    let content = content.as_ref();
    [&varint((tag << 3 | LENGTH_DELIMITED) as usize), &varint(content.len()), content].concat()
}

fn varint(value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    encode_length_delimiter(value, &mut out).expect("a vector grows");
    out
}

/// The API server's prefix and `runtime.Unknown` around a message.
pub fn envelope(message: impl AsRef<[u8]>) -> Vec<u8> {
    [b"k8s\0".to_vec(), field(2, message)].concat()
}

/// The numbers of the fields that lead from an object of the kind to what holds the metadata and the spec of its pods;
/// none where the object itself does, or has no pods.
fn path(kind: Kind) -> &'static [u32] {
    match kind {
        Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet => &[2, 3],
        Kind::DaemonSet => &[2, 2],
        Kind::Job => &[2, 6],
        Kind::CronJob => &[2, 5, 2, 6],
        _ => &[],
    }
}

/// The fields of a workload's spec that are not in its template.
#[derive(Clone, PartialEq, Message)]
struct Replicas {
    #[prost(int32, optional, tag = "1")]
    replicas: Option<i32>,
    #[prost(message, optional, tag = "11")]
    ordinals: Option<Ordinals>,
}

#[derive(Clone, PartialEq, Message)]
struct Ordinals {
    #[prost(int32, tag = "1")]
    start: i32,
}

/// The object's own message. A pod's metadata and a workload's spec come in two pieces, which a decoder has to put
/// together.
pub fn encode_object(object: &Object) -> Vec<u8> {
    let mut message = field(1, object.metadata.encode_to_vec());
    match &object.content {
        Content::Nothing => {}
        Content::Pods(pods) => message.extend(encode_pods(object.kind, pods)),
        Content::Role(role) => {
            message.extend(role.rules.iter().flat_map(|rule| field(2, rule.encode_to_vec())));
            message.extend(role.aggregation.iter().flat_map(|rule| field(3, rule.encode_to_vec())));
        }
        Content::Binding(binding) => {
            message.extend(binding.subjects.iter().flat_map(|subject| field(2, subject.encode_to_vec())));
            message.extend(field(3, binding.role_ref.encode_to_vec()));
        }
        Content::Policy(spec) => message.extend(field(2, spec.encode_to_vec())),
        Content::Ranges(ranges) => {
            // As the ranges of a node's pods they are read back in their order, whatever they were.
            let tag = if object.kind == Kind::Node { 7 } else { 1 };
            message.extend(field(2, ranges.iter().flat_map(|range| field(tag, range)).collect::<Vec<_>>()));
        }
    }
    message
}

fn encode_pods(kind: Kind, pods: &Pods) -> Vec<u8> {
    let entry = |tag| move |(key, value)| field(tag, [field(1, key), field(2, value)].concat());
    let labels = pods.labels.iter().flat_map(entry(11));
    let metadata: Vec<u8> = labels.chain(pods.profile_annotations.iter().flat_map(entry(12))).collect();
    let mut pod = [field(1, metadata), field(2, pods.spec.encode_to_vec())].concat();
    pod.extend(pods.status.iter().flat_map(|status| field(3, status.encode_to_vec())));
    let mut message = path(kind).iter().rev().fold(pod, |inner, tag| field(*tag, inner));
    let start = i32::from(pods.first_ordinal);
    let ordinals = (start > 0).then_some(Ordinals { start });
    if pods.replicas.is_some() || ordinals.is_some() {
        let replicas = Replicas { replicas: pods.replicas.map(i32::from), ordinals };
        message.extend(field(2, replicas.encode_to_vec()));
    }
    if pods.is_over {
        message.extend(field(3, field(1, [field(1, "Complete"), field(2, "True")].concat())));
    }
    message
}

/// The answer to a list request; none where an item could not be read.
pub fn encode_page(page: &Page) -> Option<Vec<u8>> {
    let mut list = field(1, [field(2, &page.resource_version), field(3, &page.continue_token)].concat());
    for item in &page.items {
        let Item::Object(object) = item else { return None };
        list.extend(field(2, encode_object(object)));
    }
    Some(envelope(list))
}

/// The event, with its length before it.
pub fn encode_frame(frame: &Frame<Bytes>) -> Vec<u8> {
    let (event, object) = match frame {
        Frame::Added(object) => ("ADDED", object.to_vec()),
        Frame::Modified(object) => ("MODIFIED", object.to_vec()),
        Frame::Deleted(object) => ("DELETED", object.to_vec()),
        Frame::Bookmark { resource_version, initial_events_end } => {
            let end = [field(1, "k8s.io/initial-events-end"), field(2, initial_events_end.to_string())];
            ("BOOKMARK", field(1, [field(6, resource_version), field(12, end.concat())].concat()))
        }
        Frame::Error(status) => ("ERROR", status.encode_to_vec()),
    };
    let event = [field(1, event), field(2, field(1, envelope(object)))].concat();
    let length = u32::try_from(event.len()).expect("the fuzzer's input is short");
    [&length.to_be_bytes()[..], &event].concat()
}
