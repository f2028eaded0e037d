//! The integration tests, one binary.

#![allow(clippy::unwrap_used, reason = "a test that unwraps says enough where it fails")]

mod cases;
mod chart;
mod check;
mod check_live;
mod cli;
mod clock;
mod config;
mod connections;
mod connections_live;
mod dashboards;
mod demo_cluster;
mod demo_objects;
mod demo_wire;
mod dirty;
mod docs;
mod ending;
mod explain;
mod floors;
mod fuzz;
mod incremental;
mod journal;
mod peer_network;
mod peer_pod_security;
mod peer_rbac_covers;
mod peer_rbac_role_lint;
mod peer_rbac_who_can;
mod promql;
mod reports;
mod rights;
mod rights_live;
mod rules;
mod snapshot;
mod verdict;
mod watch;
