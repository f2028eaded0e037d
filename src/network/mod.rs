//! `NetworkPolicies` as Kubernetes means them: which pods are isolated, and which flows are open.
//!
//! Pure and in memory. The snapshot holds one map of the live cluster; files make others of the same kind. Isolation is
//! per pod and direction; policies only ever add what is let through; a flow needs both of its ends to let it through.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/>

mod address_ports;
mod addresses;
mod blocks;
mod class;
mod compile;
mod counts;
mod endpoints;
mod fault;
mod flow;
mod index;
mod interest;
mod labelled;
mod map;
mod neighbours;
mod outside;
mod plugin;
mod policies;
mod policy;
mod ports;
mod ranges;
mod segments;
mod selections;
mod selector;
mod sorting;
mod space;
#[cfg(test)]
mod tests;
mod touch;
mod uses;

pub use address_ports::AddressPorts;
pub use addresses::{AddressSet, Block};
pub use class::{Class, ClassId, Endpoint, Side};
pub use compile::{is_key as is_label_key, is_value as is_label_value, parse_net};
pub use fault::Fault;
pub use flow::Through;
pub use interest::{DeclaredFlow, End, Interest, Pods};
pub use map::Map;
pub use plugin::{ENFORCER, PLUGINS, Plugin, plugin};
pub use policy::{Direction, NamedPolicy, Peer, Peers, Policy, Rule, RulePorts, Selection};
pub use ports::{NamedPort, PortSet, Protocol};
pub use selector::Selector;
