//! What the watch hands over: changes, with their content interned already.

use std::fmt::Write;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Addresses, Own, PodTemplate};
use crate::model::{Actor, Kind, Labels, Loss, ObjectKey, ObjectKind};
use crate::network::Policy;
use crate::rbac::{Binding, Role};

/// Changes that came together, and are judged together.
#[derive(Debug)]
pub struct Batch {
    /// When the bytes came in from which the changes were decoded.
    pub seen: Timestamp,
    pub changes: Vec<Change>,
}

/// One thing that happened in the cluster, to our sight of it, or to the daemon itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A list of the kind begins: what it does not show by its end is gone.
    Listing(Kind),
    /// The list is complete; from here on events follow.
    Synced(Kind),
    /// The watch goes on where it broke off, without a list.
    Resumed(Kind),
    /// The kind cannot be seen.
    Lost(Kind, Loss),
    /// The object is as it is here.
    Seen(Facts),
    /// The object is there and cannot be read.
    Unreadable {
        kind: Kind,
        namespace: Arc<str>,
        name: Arc<str>,
        error: String,
    },
    Deleted {
        kind: Kind,
        namespace: Arc<str>,
        name: Arc<str>,
    },
    /// The daemon itself fares like this.
    Own(Own),
}

impl Change {
    /// What the snapshot has the object by to which it happened; none where it happened to none.
    pub fn key(&self) -> Option<ObjectKey> {
        let (kind, namespace, name) = match self {
            Self::Seen(Facts { kind, namespace, name, .. })
            | Self::Unreadable { kind, namespace, name, .. }
            | Self::Deleted { kind, namespace, name } => (*kind, namespace, name),
            Self::Listing(_) | Self::Synced(_) | Self::Resumed(_) | Self::Lost(..) | Self::Own(_) => {
                return None;
            }
        };
        let (namespace, name) = (Arc::clone(namespace), Arc::clone(name));
        Some(ObjectKey { kind: ObjectKind::Watched(kind), namespace, name })
    }
}

/// What is known of an object of any watched kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub kind: Kind,
    /// Empty for an object without namespace.
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub uid: Uid,
    /// The resource version as a number; 0 where it is none.
    pub resource_version: u64,
    pub labels: Arc<Labels>,
    pub controller: Option<Arc<Controller>>,
    /// The pod's own spec or the workload's template; none for a kind without pods.
    pub template: Option<Arc<PodTemplate>>,
    /// How many pods it is declared to have, as far as verdicts may hang on that: 1 where nothing is declared, and of more
    /// no more than are told apart.
    pub replicas: u8,
    /// The number that the name of its first pod ends with, for a `StatefulSet`; 0 for any other.
    pub first_ordinal: u16,
    /// The labels by which policies select its pods: of a pod its own, of a workload those of its template and those that
    /// its pods are given besides; none for a kind without pods.
    pub pod_labels: Option<Arc<Labels>>,
    /// It is a pod that has succeeded or failed, and will never run again, or a Job of which that is true.
    pub finished: bool,
    /// Of a pod; none before it has any.
    pub addresses: Addresses,
    /// What a role or a binding says; none for any other kind.
    pub rights: Option<Rights>,
    /// What a network policy says; none for any other kind.
    pub policy: Option<Arc<Policy>>,
    /// Of a node and of a service CIDR: the ranges and single addresses that belong to the cluster, as they were
    /// written.
    pub ranges: Vec<String>,
    /// Who wrote it last. It is not kept, so that what is recalled has none.
    pub actor: Option<Actor>,
    /// A hash over the bytes that all this was decoded from, but name, version and actor; 0 where there is none.
    pub fingerprint: u64,
}

/// What an object of RBAC says.
#[derive(Debug, Clone, PartialEq)]
pub enum Rights {
    /// Of a `Role` or a `ClusterRole`.
    Role(Arc<Role>),
    /// Of a `RoleBinding` or a `ClusterRoleBinding`.
    Binding(Arc<Binding>),
}

/// The uid of an object. Kubernetes makes UUIDs, which take 16 bytes rather than 36 and an allocation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Uid {
    Uuid([u8; 16]),
    Other(Arc<str>),
}

/// The owner reference of a pod or workload that is marked as its controller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Controller {
    pub key: ObjectKey,
    /// The API version within the group.
    pub version: Arc<str>,
    pub uid: Uid,
    /// What controls the controller, by the names that Kubernetes gives: the Deployment of a `ReplicaSet` or
    /// the `CronJob` of a `Job`. It is the answer as long as the controller itself is not known, before its own
    /// event comes or after it is gone.
    pub implied: Option<ObjectKey>,
}

impl Uid {
    pub fn new(text: &str) -> Self {
        parse_uuid(text).map_or_else(|| Self::Other(text.into()), Self::Uuid)
    }
}

impl std::fmt::Display for Uid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Other(text) => f.write_str(text),
            Self::Uuid(bytes) => {
                for (index, byte) in bytes.iter().enumerate() {
                    if UUID_HYPHENS.contains(&index) {
                        f.write_str("-")?;
                    }
                    for digit in [byte >> 4, byte & 0xf] {
                        f.write_char(char::from(HEX_DIGITS[usize::from(digit)]))?;
                    }
                }
                Ok(())
            }
        }
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Before which bytes the text form of a UUID has a hyphen.
const UUID_HYPHENS: [usize; 4] = [4, 6, 8, 10];

/// The bytes of a UUID in its usual form: lower case, with hyphens.
fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut rest = text.as_bytes();
    for (index, byte) in bytes.iter_mut().enumerate() {
        if UUID_HYPHENS.contains(&index) {
            rest = rest.strip_prefix(b"-")?;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        *byte = hex_digit(digits[0])? << 4 | hex_digit(digits[1])?;
        rest = after;
    }
    rest.is_empty().then_some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
