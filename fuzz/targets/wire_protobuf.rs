//! Objects and lists in protobuf, as every kind, and the outline of a pod.

#![no_main]

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

use plimsoll_fuzz::decoded::{bounded, item, page};
use plimsoll_fuzz::encode::{envelope, field};
use plimsoll_fuzz::model::Kind;
use plimsoll_fuzz::wire::{Encoding, Item, ObjectMeta, Outline, decode_item};

/// A field that no type lists.
const UNKNOWN: u32 = 900;

fuzz_target!(|message: &[u8]| {
    let message = Bytes::copy_from_slice(message);
    let list = Bytes::from(envelope(&message));
    for kind in Kind::ALL {
        let item = item(kind, Encoding::Protobuf, &message);
        if let Some(Item::Object(_)) = &item {
            let more = with(&message, &field(UNKNOWN, "skipped"));
            assert_eq!(decode_item(kind, Encoding::Protobuf, more).ok(), item, "with a field more");
        }
        if kind == Kind::Pod {
            outline_agrees(&message, item.as_ref());
        }
        page(kind, Encoding::Protobuf, &list);
        page(kind, Encoding::Protobuf, &message);
    }
    outline_tells_what_counts(&message);
});

/// The message with one field more. Of a message that stands twice, a decoder puts the pieces together.
fn with(message: &[u8], field: &[u8]) -> Bytes {
    [message, field].concat().into()
}

/// The outline and the decoder call the pod by the same names.
fn outline_agrees(message: &Bytes, item: Option<&Item>) {
    let outline = bounded(message.len(), || Outline::of(message));
    match (outline, item) {
        (Some(outline), Some(Item::Object(pod))) => {
            assert_eq!(outline.name(), pod.metadata.name);
            assert_eq!(outline.namespace(), pod.metadata.namespace);
            assert_eq!(outline.resource_version(), pod.metadata.resource_version.parse().unwrap_or(0));
        }
        (Some(outline), Some(Item::Unreadable(pod))) => {
            assert_eq!((outline.namespace(), outline.name()), (pod.namespace.as_str(), pod.name.as_str()));
        }
        (None, Some(Item::Object(pod))) => {
            assert_eq!(pod.metadata, ObjectMeta::default(), "a pod with metadata has an outline");
        }
        (None, Some(Item::Unreadable(_))) | (_, None) => {}
    }
}

/// An annotation that decides a pod's profile.
const PROFILE: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// The fingerprint is another when a piece of what counts is added, and the same when only what is skipped of the status,
/// the version, another annotation or a manager is.
fn outline_tells_what_counts(message: &Bytes) {
    let fingerprint = |message: &Bytes| {
        let outline = Outline::of(message)?;
        Some(outline.fingerprint(&BuildHasherDefault::<DefaultHasher>::default()))
    };
    let Some(before) = fingerprint(message) else { return };
    let annotation = |key: &str| field(12, field(1, key));
    let silent = [field(6, "7"), annotation("checksum/config"), field(17, field(1, "kubelet"))];
    for silent in silent.map(|piece| field(1, piece)).into_iter().chain([field(3, field(3, "message"))]) {
        assert_eq!(fingerprint(&with(message, &silent)), Some(before), "{silent:?}");
    }
    let counts = [field(11, ""), field(13, ""), annotation(PROFILE)];
    let address = field(3, field(12, field(1, "10.1.2.3")));
    for telling in counts.map(|piece| field(1, piece)).into_iter().chain([field(2, ""), address]) {
        assert_ne!(fingerprint(&with(message, &telling)), Some(before), "{telling:?}");
    }
}
