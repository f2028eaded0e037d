//! Kubernetes' RBAC: what is granted to whom.

mod resources;

pub use resources::{RESOURCES, Resource, resolve};
