//! What goes out of the daemon: events, the journal that keeps them, alerts and metrics.

pub mod alertmanager;
pub mod event;
pub mod journal;
pub mod metrics;

#[cfg(test)]
pub(crate) mod sample;
