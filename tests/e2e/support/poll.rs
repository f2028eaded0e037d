//! Waiting for something to be so, by looking at the thing itself.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for anything. Far longer than it takes, so that a busy machine fails nothing.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often a test looks. Short enough that looking is not what a test's time goes into.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until `look` gives `Ok`, and panics with what was seen last when patience ends.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let start = now();
    loop {
        match look() {
            Ok(seen) => return seen,
            Err(seen) if start.elapsed() > PATIENCE => {
                panic!("{what}: not so within {} s; seen last: {seen}", PATIENCE.as_secs())
            }
            Err(_) => pause(),
        }
    }
}

/// Says what was seen where it is not what was expected.
pub(crate) fn is<T: PartialEq + Debug + ?Sized>(expected: &T, seen: &T) -> Result<(), String> {
    if expected == seen { Ok(()) } else { Err(format!("{seen:?}, not {expected:?}")) }
}

/// The same for what must hold of something.
pub(crate) fn holds(condition: bool, seen: impl Debug) -> Result<(), String> {
    if condition { Ok(()) } else { Err(format!("{seen:?}")) }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests stand outside the core, and their patience is real time"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks; nothing is assumed to be so after it"
)]
fn pause() {
    thread::sleep(PAUSE);
}
