use std::sync::{Arc, Mutex, PoisonError};

use super::*;

/// What was written, shared with the log that writes it.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .expect("logs are UTF-8")
    }
}

/// A pod's name as no API server would let it pass: it clears the screen, in both encodings, and forges a line.
const HOSTILE: &str = "web\u{1b}[2J\u{9b}2J\nERROR forged";

fn log_hostile_name() {
    let span = tracing::info_span!("judging", namespace = %HOSTILE);
    let _entered = span.enter();
    tracing::warn!(pod = %HOSTILE, node = HOSTILE, owner = ?HOSTILE, "pod {HOSTILE} deviates");
}

fn filter(level: &str) -> EnvFilter {
    EnvFilter::builder().parse(level).expect("the test names a level")
}

/// What `log` writes through the log that `make` makes.
fn written(make: impl FnOnce(Buffer) -> Dispatch, log: fn()) -> String {
    let buffer = Buffer::default();
    tracing::dispatcher::with_default(&make(buffer.clone()), log);
    buffer.text()
}

#[test]
fn hostile_names_do_not_steer_the_terminal() {
    let text = written(|buffer| lines(filter("info"), false, move || buffer.clone()), log_hostile_name);
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(!text.trim_end_matches('\n').contains(steers), "{text:?}");
    assert!(text.contains(r"pod=web\u{1b}[2J\u{9b}2J\nERROR forged"), "{text}");
    assert!(text.contains(r"pod web\u{1b}[2J\u{9b}2J\nERROR forged deviates"), "{text}");
}

#[test]
fn colours_are_the_only_escapes() {
    let text = written(|buffer| lines(filter("info"), true, move || buffer.clone()), log_hostile_name);
    assert!(text.contains("\u{1b}[33m WARN\u{1b}[0m"), "{text:?}");
    assert!(!text.contains("\u{1b}[2J") && !text.contains('\u{9b}'), "{text:?}");
}

#[test]
fn json_lines_keep_the_name_and_no_steering_character() {
    let text = written(|buffer| json(filter("info"), move || buffer.clone()), log_hostile_name);
    assert!(!text.trim_end_matches('\n').contains(steers), "{text:?}");
    let event: serde_json::Value = serde_json::from_str(&text).expect("an event is one JSON object");
    assert_eq!(event["pod"], HOSTILE);
    assert_eq!(event["level"], "WARN");
}

#[test]
fn level_leaves_out_what_is_below() {
    let make = |buffer: Buffer| lines(filter("error"), false, move || buffer.clone());
    assert_eq!(written(make, log_hostile_name), "");
}
