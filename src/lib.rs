//! Plimsoll watches a Kubernetes cluster and says what deviates from a declared baseline.
//!
//! The modules stand in the order in which an event walks through them.

pub mod model;

pub mod wire;

pub mod watch;

pub mod rbac;

pub mod network;

pub mod snapshot;

pub mod baseline;

pub mod checks;

pub mod ledger;

pub mod engine;

pub mod sinks;

pub mod serve;

pub mod demo;

pub mod run;

pub mod config;

pub mod cli;

/// The tests of `wire` measure what decoding allocates.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
