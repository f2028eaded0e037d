//! Decoding, with what holds of whatever was decoded.

use bytes::Bytes;

use crate::allocation::asked;
use crate::encode::{encode_object, encode_page};
use crate::model::Kind;
use crate::wire::{ALLOCATION_FACTOR, Encoding, Item, Page, decode_item, decode_page};

/// The longest text of what was wrong with an object, in bytes.
const ERROR_MAX: usize = 256;

/// What decoding may ask for whatever the input's length: the first steps of growing vectors, an error and its text.
const ALLOCATION_BASE: usize = 2 * 1024;

/// Runs a decoder on input of this length, and holds it to what [`ALLOCATION_FACTOR`] promises.
pub fn bounded<T>(length: usize, decode: impl FnOnce() -> T) -> T {
    let (asked, result) = asked(decode);
    let allowed = ALLOCATION_FACTOR * length + ALLOCATION_BASE;
    assert!(asked <= allowed, "{asked} bytes were asked for to decode {length}");
    result
}

/// Decodes an object; none where not even its name could be read. It is the same each time, and the same when what
/// was read is written again.
pub fn item(kind: Kind, encoding: Encoding, bytes: &Bytes) -> Option<Item> {
    let item = bounded(bytes.len(), || decode_item(kind, encoding, bytes.clone())).ok();
    assert_eq!(item, decode_item(kind, encoding, bytes.clone()).ok(), "a second time");
    if let Some(item) = &item {
        holds(kind, item);
    }
    if let Some(Item::Object(object)) = &item {
        let again = decode_item(kind, Encoding::Protobuf, encode_object(object).into());
        assert_eq!(again.ok(), item, "written again");
    }
    item
}

/// Decodes a page; none where it is not one. It is the same each time, and the same when what was read is written
/// again.
pub fn page(kind: Kind, encoding: Encoding, body: &Bytes) -> Option<Page> {
    let page = bounded(body.len(), || decode_page(kind, encoding, body.clone())).ok()?;
    same_page(&page, decode_page(kind, encoding, body.clone()).ok());
    for item in &page.items {
        holds(kind, item);
    }
    if let Some(again) = encode_page(&page) {
        same_page(&page, decode_page(kind, Encoding::Protobuf, again.into()).ok());
    }
    Some(page)
}

/// Asserts that the other page was read, and holds the same.
pub fn same_page(page: &Page, other: Option<Page>) {
    let other = other.expect("what was read is read again");
    assert_eq!(page.resource_version, other.resource_version);
    assert_eq!(page.continue_token, other.continue_token);
    assert_eq!(page.items, other.items);
}

fn holds(kind: Kind, item: &Item) {
    match item {
        Item::Object(object) => assert_eq!(object.kind, kind),
        Item::Unreadable(unreadable) => {
            assert_eq!(unreadable.kind, kind);
            assert!(!unreadable.name.is_empty(), "an object without a name cannot be told apart");
            assert!(unreadable.error.len() <= ERROR_MAX, "{}", unreadable.error);
        }
    }
}
