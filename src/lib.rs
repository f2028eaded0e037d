//! Plimsoll watches a Kubernetes cluster and says what deviates from a declared baseline.
//!
//! The modules stand in the order in which an event walks through them.

pub mod model;
