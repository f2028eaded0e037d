//! What the API server sends is read alike in every encoding, and what it never sends does no harm.

mod encode;
mod filled;
mod frames;
mod hostile;
mod items;
mod kinds;
mod managers;
mod network;
mod outlines;
mod proto;
mod rbac;
mod shape;
mod specs;
mod weight;

use bytes::Bytes;

use super::{DecodeError, Encoding, Frame, Item, Object, PodSpec, cut_frame, decode_item};
use crate::model::Kind;

/// The spec of an object that has pods.
fn spec_of(object: &Object) -> PodSpec {
    PodSpec::clone(&object.pods().unwrap().spec)
}

/// Decodes one frame of a watch on `kind`, with its object.
fn decode_frame(kind: Kind, encoding: Encoding, frame: Bytes) -> Result<Frame<Item>, DecodeError> {
    let item = |object| decode_item(kind, encoding, object);
    Ok(match cut_frame(encoding, frame)? {
        Frame::Added(object) => Frame::Added(item(object)?),
        Frame::Modified(object) => Frame::Modified(item(object)?),
        Frame::Deleted(object) => Frame::Deleted(item(object)?),
        Frame::Bookmark { resource_version, initial_events_end } => {
            Frame::Bookmark { resource_version, initial_events_end }
        }
        Frame::Error(status) => Frame::Error(status),
    })
}
