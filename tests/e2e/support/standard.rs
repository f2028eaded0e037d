//! The Pod Security Standards at each level and version, and namespaces that enforce them.

use std::fmt;

use plimsoll::baseline::{Level, Version};
use plimsoll::model::Kind;
use serde_json::json;

use super::control_plane::ControlPlane;

/// The first, each with which the meaning of some control changes, the one before each of those, the newest, and one
/// that is not there yet.
const VERSIONS: [&str; 25] = [
    "v1.0", "v1.7", "v1.8", "v1.18", "v1.19", "v1.21", "v1.22", "v1.23", "v1.24", "v1.25", "v1.26", "v1.27",
    "v1.28", "v1.29", "v1.30", "v1.31", "v1.32", "v1.33", "v1.34", "v1.35", "v1.36", "v1.37", "v1.38",
    "v1.99", "latest",
];

/// A level at a version.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Standard {
    pub(crate) level: Level,
    pub(crate) version: Version,
}

impl Standard {
    /// What enforces nothing.
    pub(crate) const PRIVILEGED: Self = Self { level: Level::Privileged, version: Version::LATEST };

    pub(crate) fn new(level: Level, version: &str) -> Self {
        Self { level, version: Version::parse(version).expect("it is a version") }
    }

    /// Both levels that ask for something, at every version that matters.
    pub(crate) fn all() -> Vec<Self> {
        let levels = [Level::Baseline, Level::Restricted];
        levels.into_iter().flat_map(|level| VERSIONS.map(|version| Self::new(level, version))).collect()
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

/// Namespaces of a test's own, each of which enforces a standard.
pub(crate) struct Enforcing {
    prefix: &'static str,
}

impl Enforcing {
    /// Makes them, and one that enforces nothing, and waits until pods can be made in them.
    pub(crate) fn create(plane: &ControlPlane, prefix: &'static str, standards: &[Standard]) -> Self {
        let made = Self { prefix };
        let standards = [&[Standard::PRIVILEGED], standards].concat();
        let namespace = |standard: &Standard| {
            let labels = json!({
                "pod-security.kubernetes.io/enforce": standard.level.as_str(),
                "pod-security.kubernetes.io/enforce-version": standard.version.to_string(),
            });
            let metadata = json!({"name": made.name(*standard), "labels": labels});
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        };
        let items: Vec<_> = standards.iter().map(namespace).collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        plane.kubectl(&["create", "--filename", "-"], &list.to_string());
        for standard in standards {
            plane.wait_for_service_account(&made.name(standard));
        }
        made
    }

    /// The name of the one that enforces this standard.
    pub(crate) fn name(&self, standard: Standard) -> String {
        format!("{}-{}-{}", self.prefix, standard.level, standard.version).replace('.', "-")
    }

    /// The path of the objects of a kind in it.
    pub(crate) fn collection(&self, kind: Kind, standard: Standard) -> String {
        let everywhere = kind.path();
        let (version, plural) = everywhere.rsplit_once('/').expect("a path ends with the plural");
        format!("{version}/namespaces/{}/{plural}", self.name(standard))
    }
}
