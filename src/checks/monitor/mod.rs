//! What the monitor says of itself.

pub(super) mod blind;
pub(super) mod panicked;
pub(super) mod unreadable;
