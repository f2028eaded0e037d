//! The embedded cluster: a small Kubernetes API server on loopback, for the demo, for load and for faults.

pub mod load;
pub mod objects;
pub mod population;
pub mod scenario;
pub mod server;
pub mod store;
