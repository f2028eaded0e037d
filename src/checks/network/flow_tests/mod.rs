//! The checks of flows between pods, on clusters of a few objects.

mod cluster;
mod cross_namespace;
mod lost_flow;
mod undeclared_flow;
