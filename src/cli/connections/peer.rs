//! The ends of connections, and how people name them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{Kind, ObjectKey, nearest};

/// A pod or a workload.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Peer {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Peer {
    pub(super) fn of(key: &ObjectKey) -> Self {
        let kind = match key.kind.name() {
            // Whatever controls pods and does not say what it is stands for these pods.
            "" => Kind::Pod.name(),
            kind => kind,
        };
        Self { kind: kind.to_owned(), namespace: key.namespace.to_string(), name: key.name.to_string() }
    }

    fn parts(&self) -> [&str; 3] {
        [&self.namespace, &self.kind, &self.name]
    }
}

impl Ord for Peer {
    /// Namespace by namespace.
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for Peer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// How everything outside of the cluster is called.
pub(super) const EXTERNAL: &str = "External";

/// What stands for any name.
const ANY: &str = "*";

/// Peers as somebody named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

impl FromStr for Name {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Name {
    /// The one that means this peer alone.
    pub(super) fn of(peer: &Peer) -> Self {
        Self(peer.to_string())
    }

    fn means_external(&self) -> bool {
        self.0 == EXTERNAL
    }

    fn means(&self, peer: &Peer) -> bool {
        let parts: Vec<&str> = self.0.splitn(3, '/').collect();
        let (kind, namespace, name) = match parts.as_slice() {
            [kind, namespace, name] => (Some(*kind), *namespace, *name),
            [namespace, name] => (None, *namespace, *name),
            _ => return false,
        };
        kind.is_none_or(|it| it.eq_ignore_ascii_case(&peer.kind))
            && namespace == peer.namespace
            && (name == ANY || name == peer.name)
    }
}

/// The ends of the connections that are asked for; all of them, where none is named.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) from: Vec<Name>,
    pub(super) to: Vec<Name>,
}

impl Filter {
    pub(super) fn is_from(&self, peer: &Peer) -> bool {
        self.from.is_empty() || self.from.iter().any(|it| it.means(peer))
    }

    pub(super) fn is_to(&self, peer: &Peer) -> bool {
        self.to.is_empty() || self.to.iter().any(|it| it.means(peer))
    }

    pub(super) fn is_from_external(&self) -> bool {
        self.from.is_empty() || self.from.iter().any(Name::means_external)
    }

    pub(super) fn is_to_external(&self) -> bool {
        self.to.is_empty() || self.to.iter().any(Name::means_external)
    }

    /// Whether both ends are named, so that it is worth telling by what they are connected.
    pub(super) fn names_both(&self) -> bool {
        !self.from.is_empty() && !self.to.is_empty()
    }

    /// Whether the peer can be an end of what is asked for.
    pub(super) fn is_about(&self, peer: &Peer) -> bool {
        match (self.from.is_empty(), self.to.is_empty()) {
            (true, true) => true,
            (false, true) => self.is_from(peer),
            (true, false) => self.is_to(peer),
            (false, false) => self.is_from(peer) || self.is_to(peer),
        }
    }

    pub(super) fn texts(names: &[Name]) -> Vec<&str> {
        names.iter().map(|it| it.0.as_str()).collect()
    }

    /// What is wrong with names that mean none of the peers.
    pub(super) fn absent<'a>(&self, peers: &(impl Iterator<Item = &'a Peer> + Clone)) -> Vec<String> {
        let names = self.from.iter().chain(&self.to);
        let absent = names.filter(|name| !name.means_external() && !peers.clone().any(|it| name.means(it)));
        absent.map(|name| complaint(&name.0, peers.clone())).collect()
    }
}

fn complaint<'a>(name: &str, peers: impl Iterator<Item = &'a Peer>) -> String {
    let slashes = name.matches('/').count();
    if !(1..=2).contains(&slashes) {
        return format!("`{name}` is neither [Kind/]namespace/name nor namespace/* nor {EXTERNAL}");
    }
    let known = peers.map(|it| match slashes {
        1 => Cow::from(format!("{}/{}", it.namespace, it.name)),
        _ => Cow::from(it.to_string()),
    });
    let known: Vec<Cow<'_, str>> = known.collect();
    let nearest = nearest(name, known.iter().map(|it| &**it));
    let nearest = nearest.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
    format!("nothing with pods is called `{name}`{nearest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Peer {
        let [kind, namespace, name] = text.split('/').collect::<Vec<_>>().try_into().unwrap();
        Peer { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn names_mean_whole_names() {
        let web = peer("Deployment/shop/web");
        for name in ["shop/web", "Deployment/shop/web", "deployment/shop/web", "shop/*", "Deployment/shop/*"]
        {
            assert!(Name(name.to_owned()).means(&web), "{name}");
        }
        for name in ["web", "shop", "shop/we", "*", "Pod/shop/web", "bank/*", "External", "shop/web/x/y"] {
            assert!(!Name(name.to_owned()).means(&web), "{name}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_with_the_nearest() {
        let peers = [peer("Deployment/shop/web"), peer("Deployment/shop/api")];
        let filter = |name: &str| Filter { from: vec![Name(name.to_owned())], to: Vec::new() };
        let absent = |name: &str| filter(name).absent(&peers.iter()).join("");
        assert_eq!(absent("shop/wbe"), "nothing with pods is called `shop/wbe`; did you mean `shop/web`?");
        assert_eq!(absent("web"), "`web` is neither [Kind/]namespace/name nor namespace/* nor External");
        assert_eq!(absent("shop/web") + &absent("External"), "");
    }
}
