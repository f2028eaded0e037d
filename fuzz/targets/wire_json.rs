//! Objects and lists in JSON, as every kind.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

use plimsoll_fuzz::decoded::{item, page, same_page};
use plimsoll_fuzz::model::Kind;
use plimsoll_fuzz::wire::{Encoding, Item, decode_item, decode_page};

fuzz_target!(|json: &[u8]| {
    let json = Bytes::copy_from_slice(json);
    let respelled = respell(&json);
    for kind in Kind::ALL {
        let item = item(kind, Encoding::Json, &json);
        let page = page(kind, Encoding::Json, &json);
        let Some(respelled) = &respelled else { continue };
        if let Some(Item::Object(_)) = &item {
            assert_eq!(decode_item(kind, Encoding::Json, respelled.clone()).ok(), item, "respelled");
        }
        // The text of what was wrong says where it stood, so a page has to be whole.
        if let Some(page) = page.filter(|page| page.items.iter().all(|it| matches!(it, Item::Object(_)))) {
            same_page(&page, decode_page(kind, Encoding::Json, respelled.clone()).ok());
        }
    }
});

/// The same document with its keys in order, without blanks, and with no more escapes than it needs: nothing that
/// is read may depend on these. None where there is no such document, as where it nests too deep to be held.
fn respell(json: &[u8]) -> Option<Bytes> {
    let value: Value = serde_json::from_slice(json).ok()?;
    Some(value.to_string().into())
}
