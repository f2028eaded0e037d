//! Whether the daemon lives, and whether what it says can be relied on.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State as Extract;
use axum::http::StatusCode;
use tokio::time::Instant;

use super::{Access, Shared};
use crate::model::{Sight, View};

/// The main loop beats each second or so. Without a beat for so long it hangs and is better restarted.
const SILENCE_MAX_SECS: u64 = 30;

/// The signs of life of the main loop, which writes them. Their clock is one that nobody sets: by the time of day, a
/// jump would make a loop that lives look dead, or hide one that hangs.
#[derive(Debug)]
pub struct Vitals {
    begun: Instant,
    /// When the last beat was, in seconds since `begun`.
    beat_secs: AtomicU64,
}

impl Default for Vitals {
    /// Alive now.
    fn default() -> Self {
        Self { begun: Instant::now(), beat_secs: AtomicU64::new(0) }
    }
}

impl Vitals {
    /// The main loop is alive now.
    pub fn beat(&self) {
        self.beat_secs.store(self.begun.elapsed().as_secs(), Ordering::Relaxed);
    }

    fn silence_secs(&self) -> u64 {
        self.begun.elapsed().as_secs().saturating_sub(self.beat_secs.load(Ordering::Relaxed))
    }
}

pub(super) async fn live(Extract(shared): Extract<Arc<Shared>>) -> (StatusCode, String) {
    let silence = shared.state.vitals.silence_secs();
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
    // What the daemon is blind to is nobody's business who has not said who they are.
    let told = match shared.access {
        Access::Loopback => missing,
        Access::Reviewed { .. } => "not ready: the metrics tell what is missing\n".to_owned(),
    };
    (StatusCode::SERVICE_UNAVAILABLE, told)
}

/// A line for each thing that is missing; nothing where all is there.
fn missing(view: &View) -> String {
    let mut lines = String::new();
    if view.incomplete {
        lines.push_str("baseline: something is declared that could never be read\n");
    }
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
