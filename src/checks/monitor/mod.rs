//! What the monitor says of itself.

pub(super) mod blind;
pub(super) mod clock;
pub(super) mod dropped;
pub(super) mod lag;
mod own;
pub(super) mod panicked;
pub(super) mod privileges;
mod rights;
pub(super) mod unneeded_right;
pub(super) mod unreadable;
pub(super) mod unreviewed;

#[cfg(test)]
mod tests;
