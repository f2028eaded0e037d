//! What was last observed in the cluster, reduced to the facts that checks read.
//!
//! One writer applies changes; checks and edges read. Pods are held by what they share: one interned
//! template, one interned controller, and a count for each pair of them.

mod change;
mod intake;
mod intern;
mod membership;
mod store;
mod template;
mod workload;

pub use change::{Batch, Change, Controller, Facts, Labels, Uid, label};
pub use intake::Intake;
pub use intern::Interner;
pub use store::Snapshot;
pub use template::{
    Container, HandlerField, HostPathMount, PodSecurityContext, PodTemplate, Profile, Role, SeLinux,
    SecretEnv, TOKEN_VOLUME, Volume, VolumeSource,
};
pub use workload::Workload;

#[cfg(test)]
mod recall_tests;
#[cfg(test)]
mod tests;
