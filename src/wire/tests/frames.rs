//! The frames of a watch, however the stream is cut.

use bytes::Bytes;
use proptest::prelude::*;

use super::decode_frame;
use super::proto::{envelope, event, field, framed, number};
use crate::model::Kind;
use crate::wire::{DecodeError, Encoding, Frame, FrameReader, Item};

/// The longest frame that the readers in these tests allow.
const FRAME_MAX: usize = 1_000;

/// Pushes the pieces one by one, and takes what each of them completes.
fn read(encoding: Encoding, pieces: &[&[u8]]) -> Result<Vec<Bytes>, DecodeError> {
    let mut reader = FrameReader::new(encoding, FRAME_MAX);
    let mut frames = Vec::new();
    for piece in pieces {
        reader.push(piece);
        while let Some(frame) = reader.next_frame()? {
            frames.push(frame);
        }
    }
    reader.finish()?;
    Ok(frames)
}

proptest! {
    #[test]
    fn a_protobuf_stream_may_be_cut_anywhere(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let stream: Vec<u8> = frames.iter().flat_map(|frame| framed(frame)).collect();
        prop_assert_eq!(read(Encoding::Protobuf, &pieces(&stream, &cuts)).unwrap(), frames);
    }

    #[test]
    fn a_json_stream_may_be_cut_anywhere(
        lines in prop::collection::vec("[^\n]{0,40}", 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let stream: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        // Empty lines keep a connection open and say nothing.
        let said: Vec<&[u8]> =
            lines.iter().map(|line| line.as_bytes()).filter(|line| !line.trim_ascii().is_empty()).collect();
        prop_assert_eq!(read(Encoding::Json, &pieces(stream.as_bytes(), &cuts)).unwrap(), said);
    }

    #[test]
    fn a_stream_that_breaks_off_within_a_frame_is_truncated(
        frame in prop::collection::vec(any::<u8>(), 0..20),
        at in any::<prop::sample::Index>(),
    ) {
        let stream = framed(&frame);
        let cut = 1 + at.index(stream.len() - 1);
        let broken = read(Encoding::Protobuf, &[&stream[..cut]]);
        prop_assert!(matches!(broken, Err(DecodeError::Truncated)));
    }
}

/// The stream in the pieces between the cuts.
fn pieces<'a>(stream: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    at.extend([0, stream.len()]);
    at.sort_unstable();
    at.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect()
}

#[test]
fn a_length_made_of_blanks_is_not_the_end_of_a_stream() {
    for blank in [&b" "[..], b"\n\n", b"\0\0\0\x01", b"\0\0\0\x02 "] {
        let broken = read(Encoding::Protobuf, &[blank]);
        assert!(matches!(broken, Err(DecodeError::Truncated)), "{blank:?}");
    }
    read(Encoding::Json, &[b" \n", b" "]).unwrap();
}

#[test]
fn a_line_without_its_end_is_truncated() {
    assert!(matches!(read(Encoding::Json, &[b"{}\n{"]), Err(DecodeError::Truncated)));
}

#[test]
fn a_frame_beyond_the_limit_is_refused_by_its_length_alone() {
    let length = u32::try_from(FRAME_MAX).unwrap();
    let mut reader = FrameReader::new(Encoding::Protobuf, FRAME_MAX);
    reader.push(&length.to_be_bytes());
    assert_eq!(reader.next_frame().unwrap(), None);

    for length in [length + 1, u32::MAX] {
        let mut reader = FrameReader::new(Encoding::Protobuf, FRAME_MAX);
        reader.push(&length.to_be_bytes());
        let error = reader.next_frame().unwrap_err();
        assert!(matches!(error, DecodeError::FrameTooLong { max: FRAME_MAX, .. }), "{error}");
    }
}

#[test]
fn a_line_beyond_the_limit_is_refused_before_its_end() {
    let longest = vec![b'x'; FRAME_MAX];
    assert_eq!(read(Encoding::Json, &[&longest, b"\n"]).unwrap(), [longest]);
    let mut reader = FrameReader::new(Encoding::Json, FRAME_MAX);
    reader.push(&[b'x'; FRAME_MAX + 1]);
    assert!(matches!(reader.next_frame(), Err(DecodeError::FrameTooLong { .. })));
    reader.push(b"\n");
    assert!(matches!(reader.next_frame(), Err(DecodeError::FrameTooLong { .. })));
}

fn decode_json_event(event: &str, object: &str) -> Result<Frame<Item>, DecodeError> {
    let line = format!(r#"{{"type": "{event}", "object": {object}}}"#);
    decode_frame(Kind::Pod, Encoding::Json, line.into())
}

fn decode_protobuf_event(name: &str, object: &[u8]) -> Result<Frame<Item>, DecodeError> {
    decode_frame(Kind::Pod, Encoding::Protobuf, event(name, object).into())
}

/// What an event did to which object.
fn told(frame: Frame<Item>) -> (&'static str, String) {
    let (event, item) = match frame {
        Frame::Added(item) => ("added", item),
        Frame::Modified(item) => ("modified", item),
        Frame::Deleted(item) => ("deleted", item),
        Frame::Bookmark { .. } | Frame::Error(_) => panic!("{frame:?} is about no object"),
    };
    let Item::Object(object) = item else { panic!("{item:?} is readable") };
    (event, object.metadata.name)
}

#[test]
fn an_event_says_what_happened_to_which_object() {
    for (name, event) in [("ADDED", "added"), ("MODIFIED", "modified"), ("DELETED", "deleted")] {
        let expected = (event, "web".to_owned());
        let json = decode_json_event(name, r#"{"metadata": {"name": "web"}}"#).unwrap();
        assert_eq!(told(json), expected);
        let protobuf = decode_protobuf_event(name, &field(1, field(1, "web"))).unwrap();
        assert_eq!(told(protobuf), expected);
    }
}

#[test]
fn a_type_is_the_same_however_it_is_spelled() {
    for frame in [
        r#"{"type":"ADDED","object":{"metadata":{"name":"web"}}}"#,
        r#"{"type":"ADD\u0045D","object":{"metadata":{"name":"web"}}}"#,
        r#"{"object": {"metadata":{"name":"web"}}, "t\u0079pe": "ADDED"}"#,
    ] {
        let frame = decode_frame(Kind::Pod, Encoding::Json, frame.into()).unwrap();
        assert_eq!(told(frame), ("added", "web".to_owned()));
    }
}

#[test]
fn a_bookmark_says_whether_it_ends_the_first_list() {
    for (value, end) in [("true", true), ("false", false)] {
        let expected = Frame::Bookmark { resource_version: "17".to_owned(), initial_events_end: end };
        let json = format!(
            r#"{{"kind": "Pod", "metadata": {{"resourceVersion": "17", "annotations":
            {{"k8s.io/initial-events-end": "{value}"}}}}}}"#
        );
        assert_eq!(decode_json_event("BOOKMARK", &json).unwrap(), expected);
        let annotation = [field(1, "k8s.io/initial-events-end"), field(2, value)].concat();
        let protobuf = field(1, [field(6, "17"), field(12, annotation)].concat());
        assert_eq!(decode_protobuf_event("BOOKMARK", &protobuf).unwrap(), expected);
    }
    let bare =
        decode_json_event("BOOKMARK", r#"{"metadata": {"resourceVersion": "9", "annotations": null}}"#);
    let expected = Frame::Bookmark { resource_version: "9".to_owned(), initial_events_end: false };
    assert_eq!(bare.unwrap(), expected);
}

#[test]
fn an_error_event_carries_its_status() {
    let protobuf = [field(3, "too old"), field(4, "Expired"), number(6, 410)].concat();
    let protobuf = decode_protobuf_event("ERROR", &protobuf).unwrap();
    let json = decode_json_event("ERROR", r#"{"message": "too old", "reason": "Expired", "code": 410}"#);
    assert_eq!(json.unwrap(), protobuf);
    let Frame::Error(status) = protobuf else { panic!("{protobuf:?}") };
    assert_eq!(status.code, 410);
}

#[test]
fn a_frame_that_is_none_is_an_error() {
    assert!(
        matches!(decode_json_event("RENAMED", "{}"), Err(DecodeError::UnknownEvent(name)) if name == "RENAMED")
    );
    assert!(matches!(decode_protobuf_event("", b""), Err(DecodeError::UnknownEvent(_))));
    decode_json_event("ADDED", "7").unwrap_err();
    let no_object = decode_frame(Kind::Pod, Encoding::Protobuf, field(1, "ADDED").into());
    assert!(matches!(no_object, Err(DecodeError::NoPrefix)));
    let no_event = [field(2, field(1, envelope(b"")))].concat();
    decode_frame(Kind::Pod, Encoding::Protobuf, no_event.into()).unwrap_err();
    decode_frame(Kind::Pod, Encoding::Json, Bytes::from_static(b"{\"type\": \"ADDED\"}")).unwrap_err();
}
