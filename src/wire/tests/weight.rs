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

/// Decodes many of the element, within the messages whose fields lead to it from a pod.
fn protobuf(path: &[u32], element: &[u8]) -> Vec<(String, u64)> {
    protobuf_of(Kind::Pod, path, element)
}

/// Decodes many of the element, within the messages whose fields lead to it from an object of the kind.
fn protobuf_of(kind: Kind, path: &[u32], element: &[u8]) -> Vec<(String, u64)> {
    let object = path.iter().rev().fold(element.repeat(ELEMENTS), |inner, tag| field(*tag, inner));
    let frame = Bytes::from(event("ADDED", &object));
    let page = Bytes::from(envelope(&field(2, &object)));
    let object = Bytes::from(object);
    let label = format!("{kind} {path:?} {}", element.escape_ascii());
    vec![
        (format!("object {label}"), factor(object.len(), || decode_protobuf(kind, object.clone()).is_ok())),
        (
            format!("frame {label}"),
            factor(frame.len(), || decode_frame(kind, Encoding::Protobuf, frame.clone()).is_ok()),
        ),
        (
            format!("page {label}"),
            factor(page.len(), || decode_page(kind, Encoding::Protobuf, page.clone()).is_ok()),
        ),
    ]
}

fn json(open: &str, element: &str, close: &str) -> (String, u64) {
    json_of(Kind::Pod, open, element, close)
}

fn json_of(kind: Kind, open: &str, element: &str, close: &str) -> (String, u64) {
    let json = [open, &vec![element; ELEMENTS].join(","), close].concat();
    (format!("{kind} {open}{element}"), factor(json.len(), || decode_json(kind, json.as_bytes()).is_ok()))
}

/// Empty items of a page, in both encodings.
fn pages(kind: Kind) -> Vec<(String, u64)> {
    let protobuf = Bytes::from(envelope(&field(2, "").repeat(ELEMENTS)));
    let json = Bytes::from(format!(r#"{{"items":[{}]}}"#, vec!["{}"; ELEMENTS].join(",")));
    let decode = |encoding, page: &Bytes| decode_page(kind, encoding, page.clone()).is_ok();
    vec![
        (format!("empty {kind}"), factor(protobuf.len(), || decode(Encoding::Protobuf, &protobuf))),
        (format!("empty {kind} in JSON"), factor(json.len(), || decode(Encoding::Json, &json))),
    ]
}

/// Empty rules, selectors, requirements and subjects.
fn rbac() -> Vec<(String, u64)> {
    let mut factors = protobuf_of(Kind::Role, &[], &field(2, ""));
    factors.extend(protobuf_of(Kind::Role, &[2], &field(1, "")));
    for path in [&[3][..], &[3, 1]] {
        for number in [1, 2] {
            factors.extend(protobuf_of(Kind::ClusterRole, path, &field(number, "")));
        }
    }
    factors.extend(protobuf_of(Kind::RoleBinding, &[], &field(2, "")));
    let subject = [field(1, "k"), field(2, "g"), field(3, "n"), field(4, "s")].concat();
    factors.extend(protobuf_of(Kind::RoleBinding, &[], &field(2, subject)));
    factors.push(json_of(Kind::Role, r#"{"rules":["#, "{}", "]}"));
    factors.push(json_of(Kind::Role, r#"{"rules":[{"verbs":["#, r#""""#, "]}]}"));
    factors.push(json_of(Kind::ClusterRoleBinding, r#"{"subjects":["#, "{}", "]}"));
    factors
}

/// Empty rules, ports, peers, selectors and exceptions of policies, and what nodes and service CIDRs list.
fn network() -> Vec<(String, u64)> {
    let mut factors = protobuf_of(Kind::NetworkPolicy, &[2], &field(2, ""));
    for (path, element) in [
        (&[2, 1][..], field(1, "")),
        (&[2], field(3, "")),
        (&[2], field(4, "")),
        (&[2, 2], field(1, "")),
        (&[2, 2], field(1, field(2, ""))),
        (&[2, 2], field(2, "")),
        (&[2, 3], field(2, [field(1, ""), field(2, ""), field(3, "")].concat())),
        (&[2, 2, 2, 3], field(2, "")),
    ] {
        factors.extend(protobuf_of(Kind::NetworkPolicy, path, &element));
    }
    factors.extend(protobuf_of(Kind::Node, &[2], &field(7, "")));
    factors.extend(protobuf_of(Kind::Node, &[3], &field(5, "")));
    factors.extend(protobuf_of(Kind::ServiceCidr, &[2], &field(1, "")));
    factors.push(json_of(Kind::NetworkPolicy, r#"{"spec":{"ingress":["#, "{}", "]}}"));
    factors.push(json_of(Kind::NetworkPolicy, r#"{"spec":{"egress":[{"to":["#, "{}", "]}]}}"));
    factors.push(json_of(Kind::Node, r#"{"status":{"addresses":["#, "{}", "]}}"));
    factors
}

#[test]
fn hostile_input_is_decoded_within_the_allocation_factor() {
    let mut factors = Vec::new();
    // Empty owner references, labels, annotations and managed fields; volumes and containers of each role.
    for field_number in [11, 12, 13, 17] {
        factors.extend(protobuf(&[1], &field(field_number, "")));
    }
    for field_number in [1, 2, 20, 34] {
        factors.extend(protobuf(&[2], &field(field_number, "")));
    }
    // Sysctls, groups, ports, mounts, variables, sources of them and of volumes, and capabilities.
    for (path, element) in [
        (&[2, 2][..], field(7, "")),
        (&[2, 2], field(19, "")),
        (&[2, 1, 2, 26], field(1, "")),
        (&[2, 14], field(7, "")),
        (&[2, 14], number(4, 1)),
        (&[2, 2], field(6, "")),
        (&[2, 2], field(9, "")),
    ] {
        factors.extend(protobuf(path, &element));
    }
    factors.extend(protobuf(&[2, 2, 15, 1], &field(1, "")));
    factors.extend(protobuf(&[2, 2], &field(6, [field(1, "n"), field(4, "p")].concat())));
    // Addresses.
    factors.extend(protobuf(&[3], &field(12, "")));
    factors.extend(protobuf(&[3], &field(12, field(1, "a"))));
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
    factors.extend(Kind::ALL.into_iter().flat_map(pages));
    factors.extend(rbac());
    factors.extend(network());
    for element in ["{}", "[]"] {
        factors.push(json(r#"{"metadata":{"ownerReferences":["#, element, "]}}"));
        factors.push(json(r#"{"metadata":{"managedFields":["#, element, "]}}"));
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
