//! One object that cannot be read among others that can.

use bytes::Bytes;

use super::proto::{envelope, field, number};
use crate::model::Kind;
use crate::wire::{Encoding, Item, Object, Unreadable, decode_item, decode_page, decode_status};

/// What became of each item of a page: its namespace and name, and whether it was readable.
fn told(items: &[Item]) -> Vec<(&str, &str, bool)> {
    fn tell(item: &Item) -> (&str, &str, bool) {
        match item {
            Item::Object(Object { metadata, .. }) => (&metadata.namespace, &metadata.name, true),
            Item::Unreadable(Unreadable { namespace, name, .. }) => (namespace, name, false),
        }
    }
    items.iter().map(tell).collect()
}

fn protobuf_pod(name: &[u8], owner: &[u8]) -> Vec<u8> {
    field(1, [field(1, name), field(3, "shop"), field(13, field(3, owner))].concat())
}

#[test]
fn an_unreadable_object_is_told_by_its_name_and_its_neighbours_are_read() {
    let pods = [
        protobuf_pod(b"before", b"owner"),
        protobuf_pod(b"bad", b"\xff\xfe"),
        protobuf_pod(b"after", b"owner"),
    ];
    let list_meta = [field(2, "17"), field(3, "more"), number(4, 9)].concat();
    let list = [field(1, list_meta), pods.map(|pod| field(2, pod)).concat()].concat();
    let page = decode_page(Kind::Pod, Encoding::Protobuf, envelope(&list).into()).unwrap();
    let expected = [("shop", "before", true), ("shop", "bad", false), ("shop", "after", true)];
    assert_eq!(told(&page.items), expected);
    assert_eq!((page.resource_version.as_str(), page.continue_token.as_str()), ("17", "more"));

    let json = br#"{"kind": "PodList", "metadata": {"resourceVersion": "17", "continue": "more"}, "items": [
        {"metadata": {"name": "before", "namespace": "shop"}},
        {"metadata": {"name": "bad", "namespace": "shop", "ownerReferences": 7}},
        {"metadata": {"name": "after", "namespace": "shop"}}]}"#;
    let page = decode_page(Kind::Pod, Encoding::Json, Bytes::from_static(json)).unwrap();
    assert_eq!(told(&page.items), expected);
    assert_eq!((page.resource_version.as_str(), page.continue_token.as_str()), ("17", "more"));
}

#[test]
fn an_unreadable_object_may_have_no_namespace_or_a_name_that_is_not_text() {
    let json = Bytes::from_static(br#"{"metadata": {"name": "bad", "namespace": null, "labels": 7}}"#);
    let item = decode_item(Kind::Namespace, Encoding::Json, json).unwrap();
    assert_eq!(told(&[item]), [("", "bad", false)]);

    let item = decode_item(Kind::Pod, Encoding::Protobuf, protobuf_pod(b"b\xffd", b"").into()).unwrap();
    assert_eq!(told(&[item]), [("shop", "b\u{fffd}d", false)]);
}

#[test]
fn an_object_that_does_not_even_say_its_name_is_an_error() {
    for json in [r#"{"metadata": {"labels": 7}}"#, r#"{"metadata": {"name": "", "labels": 7}}"#, "[", "7"] {
        decode_item(Kind::Pod, Encoding::Json, Bytes::from_static(json.as_bytes())).unwrap_err();
    }
    decode_item(Kind::Pod, Encoding::Protobuf, protobuf_pod(b"", b"\xff").into()).unwrap_err();
    decode_item(Kind::Pod, Encoding::Protobuf, Bytes::from_static(&[0x0a])).unwrap_err();
}

#[test]
fn the_error_of_an_unreadable_object_does_not_quote_it_at_length() {
    // The cut falls within a character of four bytes.
    let quoted = "\u{1f600}".repeat(100_000);
    let json = format!(r#"{{"metadata": {{"name": "bad", "labels": "{quoted}"}}}}"#);
    let Item::Unreadable(item) = decode_item(Kind::Pod, Encoding::Json, json.into()).unwrap() else {
        panic!("labels are no text");
    };
    assert!((200..=256).contains(&item.error.len()), "{}", item.error);
    assert!(item.error.starts_with("failed to decode JSON: invalid type: string"), "{}", item.error);
}

#[test]
fn an_empty_page_has_no_items() {
    for (encoding, body) in [
        (Encoding::Json, br#"{"metadata": {}, "items": null}"#.to_vec()),
        (Encoding::Json, b"{}".to_vec()),
        (Encoding::Protobuf, envelope(b"")),
    ] {
        let page = decode_page(Kind::Pod, encoding, body.into()).unwrap();
        assert_eq!(page.items, []);
        assert_eq!(page.continue_token, "");
    }
    decode_page(Kind::Pod, Encoding::Protobuf, Bytes::from_static(b"{}")).unwrap_err();
}

#[test]
fn a_refusal_says_why_in_both_encodings() {
    let protobuf = [field(2, "Failure"), field(3, "too old"), field(4, "Expired"), number(6, 410)].concat();
    let json =
        br#"{"status": "Failure", "message": "too old", "reason": "Expired", "details": null, "code": 410}"#;
    let status = decode_status(Encoding::Protobuf, envelope(&protobuf).into()).unwrap();
    assert_eq!(decode_status(Encoding::Json, Bytes::from_static(json)).unwrap(), status);
    assert_eq!((status.message.as_str(), status.reason.as_str(), status.code), ("too old", "Expired", 410));
}
