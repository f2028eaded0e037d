//! Free ports on loopback.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process;
use std::sync::{Mutex, PoisonError};

/// Below the range from which the system takes the ports of outgoing connections. A port in that range could be
/// taken while the process that owns it is down for a moment.
const RANGE: std::ops::Range<u16> = 16_000..32_000;

/// A port that nobody listens on and that no other test of this program is given.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let port = from_here()
        .find(|port| !given.contains(port) && TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("there is a free port on loopback");
    given.insert(port);
    port
}

/// All ports of the range, from a place that differs between programs that run at once.
fn from_here() -> impl Iterator<Item = u16> {
    let size = u32::from(RANGE.end - RANGE.start);
    let first = process::id().wrapping_mul(97) % size;
    (0..size)
        .map(move |step| RANGE.start + u16::try_from((first + step) % size).expect("it is less than size"))
}
