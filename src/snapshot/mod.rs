//! What was last observed in the cluster, reduced to the facts that checks read.
//!
//! One writer applies changes; checks and edges read. Pods are held by what they share: one interned
//! template, one interned controller, and a count for each pair of them.

mod addresses;
mod change;
mod exposure;
mod field;
mod given;
mod intake;
mod intern;
mod membership;
mod network;
mod node;
mod own;
mod participants;
mod rights;
mod rollout;
mod store;
mod template;
mod workload;

/// A table that is keyed by chance, as that of the standard library is, and hashes short keys in a third of the time.
type Table<K, V> = dashmap::DashMap<K, V, foldhash::quality::RandomState>;

pub use addresses::Addresses;
pub use change::{Batch, Change, Controller, Facts, Rights, Uid};
pub use exposure::account_of;
pub use given::{is_given, is_undecided};
pub use intake::{Intake, Original};
pub use intern::Interner;
pub use node::NodeReach;
pub use own::{Known, Own, Review, Trouble};
pub use participants::Participant;
pub use rights::Grantee;
pub use store::Snapshot;
pub use template::{
    Container, DEFAULT_ACCOUNT, HandlerField, HostPathMount, PodSecurityContext, PodTemplate, Profile, Role,
    SeLinux, SecretEnv, TOKEN_VOLUME, Volume, VolumeSource,
};
pub use workload::Workload;

#[cfg(test)]
mod network_tests;
#[cfg(test)]
mod recall_tests;
#[cfg(test)]
mod tests;
