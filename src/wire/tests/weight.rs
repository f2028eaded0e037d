//! What decoding allocates, as the allocator itself counts it.

use bytes::Bytes;
use tikv_jemalloc_ctl::thread::allocatedp;

use super::decode_frame;
use super::proto::{envelope, event, field};
use crate::model::Kind;
use crate::wire::{ALLOCATION_FACTOR, Encoding, decode_json, decode_page, decode_protobuf};

/// How many bytes this thread asked for while `run` ran, whether it gave them back or not.
fn allocated<T>(run: impl FnOnce() -> T) -> (u64, T) {
    let counter = allocatedp::read().unwrap();
    let before = counter.get();
    let result = run();
    (counter.get() - before, result)
}

/// How many hostile elements follow each other. One more than a power of two, where the vector that doubles
/// as it grows has allocated most for what it holds.
const ELEMENTS: usize = (1 << 14) + 1;

/// How many bytes were allocated for each byte of input, rounded up, when decoding this.
fn factor(length: usize, decode: impl FnOnce() -> bool) -> u64 {
    let (allocated, decoded) = allocated(decode);
    assert!(decoded, "hostile input that is refused measures nothing");
    allocated.div_ceil(length as u64)
}

fn protobuf(metadata: bool, element: &[u8]) -> Vec<(String, u64)> {
    let elements = element.repeat(ELEMENTS);
    let pod = field(if metadata { 1 } else { 2 }, elements);
    let frame = Bytes::from(event("ADDED", &pod));
    let page = Bytes::from(envelope(&field(2, &pod)));
    let pod = Bytes::from(pod);
    let label = element.escape_ascii().to_string();
    vec![
        (format!("pod {label}"), factor(pod.len(), || decode_protobuf(Kind::Pod, pod.clone()).is_ok())),
        (
            format!("frame {label}"),
            factor(frame.len(), || decode_frame(Kind::Pod, Encoding::Protobuf, frame.clone()).is_ok()),
        ),
        (
            format!("page {label}"),
            factor(page.len(), || decode_page(Kind::Pod, Encoding::Protobuf, page.clone()).is_ok()),
        ),
    ]
}

fn json(open: &str, element: &str, close: &str) -> (String, u64) {
    let json = [open, &vec![element; ELEMENTS].join(","), close].concat();
    (format!("{open}{element}"), factor(json.len(), || decode_json(Kind::Pod, json.as_bytes()).is_ok()))
}

#[test]
fn hostile_input_is_decoded_within_the_allocation_factor() {
    let mut factors = Vec::new();
    // Empty owner references, labels, containers of each role.
    factors.extend(protobuf(true, &field(13, "")));
    factors.extend(protobuf(true, &field(11, "")));
    factors.extend(protobuf(false, &field(2, "")));
    factors.extend(protobuf(false, &field(20, "")));
    factors.extend(protobuf(false, &field(34, "")));
    // Labels and owner references whose every text is an allocation of its own.
    let labels: Vec<u8> = (0..ELEMENTS).flat_map(|n| field(11, field(1, n.to_string()))).collect();
    let pod = Bytes::from(field(1, labels));
    factors
        .push(("labels".to_owned(), factor(pod.len(), || decode_protobuf(Kind::Pod, pod.clone()).is_ok())));
    factors.extend(protobuf(
        true,
        &field(13, [field(1, "k"), field(3, "n"), field(4, "u"), field(5, "v")].concat()),
    ));
    // Empty items of a page, in both encodings.
    let page = Bytes::from(envelope(&field(2, "").repeat(ELEMENTS)));
    let decode = || decode_page(Kind::Pod, Encoding::Protobuf, page.clone()).is_ok();
    factors.push(("empty items".to_owned(), factor(page.len(), decode)));
    let page = Bytes::from(format!(r#"{{"items":[{}]}}"#, vec!["{}"; ELEMENTS].join(",")));
    let decode = || decode_page(Kind::Pod, Encoding::Json, page.clone()).is_ok();
    factors.push(("empty JSON items".to_owned(), factor(page.len(), decode)));
    for element in ["{}", "[]"] {
        factors.push(json(r#"{"metadata":{"ownerReferences":["#, element, "]}}"));
        factors.push(json(r#"{"spec":{"containers":["#, element, "]}}"));
        factors.push(json(r#"{"spec":{"ephemeralContainers":["#, element, "]}}"));
    }
    let worst = factors.iter().map(|(_, factor)| *factor).max().unwrap();
    // The constant promises no more room than the worst of these takes.
    let promised = ALLOCATION_FACTOR as u64;
    assert!((promised - 10..=promised).contains(&worst), "{factors:#?}");
}
