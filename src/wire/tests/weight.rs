//! What decoding allocates, as the allocator itself counts it.

use bytes::Bytes;
use tikv_jemalloc_ctl::thread::allocatedp;

use super::decode_frame;
use super::proto::{envelope, event, field, number};
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

/// Decodes many of the element, within the messages whose fields lead to it from the pod.
fn protobuf(path: &[u32], element: &[u8]) -> Vec<(String, u64)> {
    let pod = path.iter().rev().fold(element.repeat(ELEMENTS), |inner, tag| field(*tag, inner));
    let frame = Bytes::from(event("ADDED", &pod));
    let page = Bytes::from(envelope(&field(2, &pod)));
    let pod = Bytes::from(pod);
    let label = format!("{path:?} {}", element.escape_ascii());
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
    // Empty owner references, labels and annotations; volumes and containers of each role.
    for field_number in [11, 12, 13] {
        factors.extend(protobuf(&[1], &field(field_number, "")));
    }
    for field_number in [1, 2, 20, 34] {
        factors.extend(protobuf(&[2], &field(field_number, "")));
    }
    // Sysctls, groups, ports, mounts and capabilities.
    for (path, element) in [
        (&[2, 14][..], field(7, "")),
        (&[2, 14], number(4, 1)),
        (&[2, 2], field(6, "")),
        (&[2, 2], field(9, "")),
    ] {
        factors.extend(protobuf(path, &element));
    }
    factors.extend(protobuf(&[2, 2, 15, 1], &field(1, "")));
    // Containers with what is boxed in them.
    for content in [field(15, ""), field(10, ""), field(15, field(3, "")), field(15, field(11, ""))] {
        factors.extend(protobuf(&[2], &field(2, content)));
    }
    let boxed = [10, 11, 22, 12, 15].map(|number| field(number, "")).concat();
    factors.extend(protobuf(&[2], &field(2, boxed)));
    // Labels and owner references whose every text is an allocation of its own.
    let labels: Vec<u8> = (0..ELEMENTS).flat_map(|n| field(11, field(1, n.to_string()))).collect();
    let pod = Bytes::from(field(1, labels));
    factors
        .push(("labels".to_owned(), factor(pod.len(), || decode_protobuf(Kind::Pod, pod.clone()).is_ok())));
    factors.extend(protobuf(
        &[1],
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
        factors.push(json(r#"{"spec":{"containers":[{"ports":["#, element, "]}]}}"));
    }
    factors.push(json(r#"{"spec":{"volumes":["#, "{}", "]}}"));
    let worst = factors.iter().map(|(_, factor)| *factor).max().unwrap();
    // The constant promises no more room than the worst of these takes.
    let promised = ALLOCATION_FACTOR as u64;
    assert!((promised - 10..=promised).contains(&worst), "{factors:#?}");
}
