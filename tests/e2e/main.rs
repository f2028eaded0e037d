//! The daemon against real parts: kube-apiserver, etcd, kube-controller-manager, Prometheus and Alertmanager.
//!
//! `tests/run e2e` provides them and runs this.

#![allow(clippy::print_stderr, reason = "a test that fails shows the logs of what it ran")]

mod support;

mod access;
mod alerting;
mod api_outage;
mod api_stall;
mod bootstrap;
mod dashboards;
mod deploy;
mod deviation;
mod discovery;
mod enforcement;
mod lost_right;
mod network;
mod own_rights;
mod paging;
mod parts;
mod pod_security_agreement;
mod rbac_agreement;
mod restart;
mod rights;
mod rights_commands;
mod snapshot;
mod token;
mod wire;

/// The check that scenarios break: one that every baseline asks for, at every level.
const PRIVILEGED: &str = "pod-security/privileged";
