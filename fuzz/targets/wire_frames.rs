//! The stream of a watch, in both encodings, however it is cut into pieces.

#![no_main]

use std::mem::{Discriminant, discriminant};

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

use plimsoll_fuzz::allocation::held;
use plimsoll_fuzz::decoded::bounded;
use plimsoll_fuzz::encode::encode_frame;
use plimsoll_fuzz::wire::{DecodeError, Encoding, Frame, FrameReader, cut_frame};

/// The longest frame that the readers allow: short, so that the fuzzer meets it.
const FRAME_MAX: usize = 1024;

/// The longest piece that a stream is cut into.
const PIECE_MAX: u8 = 64;

/// What a reader may hold: what it is to hold, in a buffer that doubles as it grows and is copied to do so.
const HELD_MAX: usize = 4 * (FRAME_MAX + PIECE_MAX as usize);

fuzz_target!(|stream: &[u8]| {
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let whole = read(encoding, [stream]);
        assert_eq!(read(encoding, stream.chunks(1)), whole, "byte by byte");
        assert_eq!(read(encoding, pieces(stream)), whole, "in pieces");
        assert_little_is_held(encoding, stream);
        for frame in &whole.0 {
            assert!(frame.len() <= FRAME_MAX);
            cut(encoding, frame);
        }
    }
});

/// The stream in pieces whose lengths its own bytes decide, so that the fuzzer cuts where it likes.
fn pieces(stream: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut rest) = (Vec::new(), stream);
    while let Some(first) = rest.first() {
        let length = usize::from(first % PIECE_MAX) + 1;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// The frames of a stream that comes in these pieces, and what kind of error it ended in. How long a frame was that
/// is too long depends on the pieces, since it is refused as soon as it is seen to be.
fn read<'a>(
    encoding: Encoding,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Bytes>, Option<Discriminant<DecodeError>>) {
    let mut reader = FrameReader::new(encoding, FRAME_MAX);
    let mut frames = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(discriminant(&error))),
            }
        }
    }
    (frames, reader.finish().err().as_ref().map(discriminant))
}

/// However much a stream brings, its reader holds one frame and one piece.
fn assert_little_is_held(encoding: Encoding, stream: &[u8]) {
    let pieces = pieces(stream);
    let before = held();
    let mut reader = FrameReader::new(encoding, FRAME_MAX);
    for piece in pieces {
        reader.push(piece);
        while reader.next_frame().is_ok_and(|frame| frame.is_some()) {}
        if reader.next_frame().is_err() {
            return;
        }
        let held = held() - before;
        assert!(held <= HELD_MAX, "{held} bytes are held");
    }
}

/// Cuts the frame, and reads the same from what it writes again.
fn cut(encoding: Encoding, frame: &Bytes) {
    let event = bounded(frame.len(), || cut_frame(encoding, frame.clone())).ok();
    assert_eq!(event, cut_frame(encoding, frame.clone()).ok(), "a second time");
    if let Some(event) = &event {
        let mut reader = FrameReader::new(Encoding::Protobuf, usize::MAX);
        reader.push(&encode_frame(event));
        let again = reader.next_frame().expect("it has a length").expect("it is whole");
        assert_eq!(cut_frame(Encoding::Protobuf, again).ok().as_ref(), Some(event), "written again");
    }
    if encoding == Encoding::Json {
        assert_usual_is_right(frame, event);
    }
}

/// What is cut without reading the object is what is cut by reading all of it, wherever the object is one. Two things
/// are found by reading alone: bytes that are not text in what is skipped, and form feeds, which are blanks of ASCII
/// and not of JSON.
fn assert_usual_is_right(frame: &Bytes, usual: Option<Frame<Bytes>>) {
    if str::from_utf8(frame).is_err() || frame.contains(&b'\x0c') {
        return;
    }
    // A blank in front is not how a server begins, so that all of the frame is read.
    let read = cut_frame(Encoding::Json, [b" ", &frame[..]].concat().into()).ok().map(trimmed);
    match usual.map(trimmed) {
        Some(Frame::Added(object) | Frame::Modified(object) | Frame::Deleted(object))
            if !is_json(&object) => {}
        Some(usual) => assert_eq!(read, Some(usual)),
        None => {
            let about_an_object =
                matches!(read, Some(Frame::Added(_) | Frame::Modified(_) | Frame::Deleted(_)));
            assert!(!about_an_object, "{read:?} is refused when it is cut without reading");
        }
    }
}

fn is_json(object: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(object).is_ok()
}

/// The event without the blanks around its object.
fn trimmed(event: Frame<Bytes>) -> Frame<Bytes> {
    let trim = |object: Bytes| object.slice_ref(object.trim_ascii());
    match event {
        Frame::Added(object) => Frame::Added(trim(object)),
        Frame::Modified(object) => Frame::Modified(trim(object)),
        Frame::Deleted(object) => Frame::Deleted(trim(object)),
        Frame::Bookmark { .. } | Frame::Error(_) => event,
    }
}
