//! Real parts for tests: a control plane, Prometheus, Alertmanager and the daemon, each a process that ends with
//! its guard. What can fail here panics with what was seen, since there is no test to go on with.

pub(crate) mod access;
pub(crate) mod agreement;
pub(crate) mod alertmanager;
pub(crate) mod cluster_objects;
pub(crate) mod control_plane;
pub(crate) mod daemon;
pub(crate) mod dry_run;
pub(crate) mod foreign;
pub(crate) mod generated;
pub(crate) mod guarded;
pub(crate) mod identity;
pub(crate) mod journal;
pub(crate) mod judged;
pub(crate) mod kitchen_sink;
pub(crate) mod kubeconfig;
pub(crate) mod poll;
pub(crate) mod ports;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod prometheus;
pub(crate) mod receiver;
pub(crate) mod refusal;
pub(crate) mod scene;
pub(crate) mod standard;
pub(crate) mod web;
