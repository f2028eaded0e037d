//! What is declared.

mod level;
mod pod_security;

use std::sync::Arc;

use crate::model::{Declaration, Waiver, sha256_hex};

pub use level::{Level, Version};
pub use pod_security::{Exempt, HostPath, Ids, PodSecurity, Profile, Range, SeLinux};

/// The embedded default, in force where nothing else is declared.
const HARDENED: &str = include_str!("hardened.yaml");

/// Everything that is declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// Each judges alone.
    pub baselines: Vec<Baseline>,
    /// What could not be read, or not be taken as it was meant.
    pub problems: Vec<Problem>,
}

/// A `Baseline` document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    pub declaration: Arc<Declaration>,
    pub namespaces: Namespaces,
    pub pod_security: Option<PodSecurity>,
    pub waivers: Vec<Arc<Waiver>>,
}

/// The namespaces that a `Baseline` protects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespaces {
    /// None for all.
    pub names: Option<Vec<String>>,
    pub exclude: Vec<String>,
    pub match_labels: Vec<(String, String)>,
}

/// The label that every namespace carries, with its name as value.
const METADATA_NAME: &str = "kubernetes.io/metadata.name";

impl Namespaces {
    /// Whether the namespace of this name is protected; its labels are found by their keys.
    pub fn select<'a>(&self, name: &str, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let is = |it: &String| it == name;
        let labelled = |(key, value): &(String, String)| {
            label(key) == Some(value) || (key == METADATA_NAME && value == name)
        };
        self.names.as_ref().is_none_or(|names| names.iter().any(is))
            && !self.exclude.iter().any(is)
            && self.match_labels.iter().all(labelled)
    }
}

/// What is wrong with something declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: Arc<str>,
    /// From 1 on.
    pub line: u32,
    /// From 1 on.
    pub column: u32,
    /// What was found, what was expected, and the nearest valid word.
    pub message: String,
}

impl Declared {
    /// The embedded default.
    pub fn hardened() -> Self {
        let digest = sha256_hex(HARDENED.as_bytes());
        let declaration =
            Declaration { name: "hardened".into(), digest: digest.into(), file: "".into(), line: 1 };
        let pod_security = PodSecurity {
            level: Level::Restricted,
            version: Version::LATEST,
            namespace_label: true,
            exempt: Exempt::default(),
            profile: None,
        };
        let baseline = Baseline {
            declaration: Arc::new(declaration),
            namespaces: Namespaces::default(),
            pod_security: Some(pod_security),
            waivers: Vec::new(),
        };
        Self { baselines: vec![baseline], problems: Vec::new() }
    }
}
