//! Whether the daemon lives, and whether what it says can be relied on.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::extract::State as Extract;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::Shared;
use crate::model::{Sight, View};

/// The main loop beats each second or so. Without a beat for so long it hangs and is better restarted.
const SILENCE_MAX_SECS: i64 = 30;

/// The signs of life of the main loop, which writes them.
#[derive(Debug)]
pub struct Vitals {
    beat_unix_secs: AtomicI64,
}

impl Vitals {
    /// Alive at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { beat_unix_secs: AtomicI64::new(now.as_second()) }
    }

    /// The main loop is alive at `now`.
    pub fn beat(&self, now: Timestamp) {
        self.beat_unix_secs.store(now.as_second(), Ordering::Relaxed);
    }

    fn silence_secs(&self, now: Timestamp) -> i64 {
        now.as_second() - self.beat_unix_secs.load(Ordering::Relaxed)
    }
}

pub(super) async fn live(Extract(shared): Extract<Arc<Shared>>) -> (StatusCode, String) {
    let silence = shared.state.vitals.silence_secs((shared.state.clock)());
    if silence > SILENCE_MAX_SECS {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("the main loop has been silent for {silence} s\n"));
    }
    (StatusCode::OK, "ok\n".to_owned())
}

pub(super) async fn ready(Extract(shared): Extract<Arc<Shared>>) -> (StatusCode, String) {
    let missing = missing(&shared.state.latest());
    if missing.is_empty() {
        return (StatusCode::OK, "ok\n".to_owned());
    }
    (StatusCode::SERVICE_UNAVAILABLE, missing)
}

/// A line for each thing that is missing; nothing where all is there.
fn missing(view: &View) -> String {
    let mut lines = String::new();
    for kind in &view.kinds {
        let why = match kind.sight {
            Sight::Synced => continue,
            Sight::Syncing => "syncing",
            Sight::Lost(loss) => loss.as_str(),
        };
        writeln!(lines, "{}: {why}", kind.kind).expect("writing to a string");
    }
    lines
}
