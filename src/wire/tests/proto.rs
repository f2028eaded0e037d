//! Protobuf written by hand, field by field, so that the numbers in the tests are Kubernetes' own and not
//! those of the types under test.

/// A field that holds bytes, text or a message.
pub(super) fn field(tag: u32, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let mut out = varint(u64::from(tag) << 3 | 2);
    out.extend(varint(content.len() as u64));
    out.extend(content);
    out
}

/// A field that holds a number or a bool.
pub(super) fn number(tag: u32, value: u64) -> Vec<u8> {
    let mut out = varint(u64::from(tag) << 3);
    out.extend(varint(value));
    out
}

/// A message in the API server's prefix and envelope.
pub(super) fn envelope(message: &[u8]) -> Vec<u8> {
    let type_meta = [field(1, "v1"), field(2, "List")].concat();
    [b"k8s\0".to_vec(), field(1, type_meta), field(2, message), field(3, ""), field(4, "")].concat()
}

/// A watch event whose object is in an envelope.
pub(super) fn event(name: &str, object: &[u8]) -> Vec<u8> {
    [field(1, name), field(2, field(1, envelope(object)))].concat()
}

/// An event with its length before it, as it stands in the stream.
pub(super) fn framed(frame: &[u8]) -> Vec<u8> {
    let length = u32::try_from(frame.len()).unwrap();
    [&length.to_be_bytes()[..], frame].concat()
}

/// Fields that no type lists, one of each wire type.
pub(super) fn unknown_fields() -> Vec<u8> {
    let fixed64 = [varint(901 << 3 | 1), vec![7; 8]].concat();
    let group = [varint(902 << 3 | 3), number(1, 5), field(2, "inside"), varint(902 << 3 | 4)].concat();
    let fixed32 = [varint(903 << 3 | 5), vec![7; 4]].concat();
    [number(900, u64::MAX), fixed64, group, fixed32, field(904, "skipped")].concat()
}

pub(super) fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
    out
}
