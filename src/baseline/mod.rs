//! What is declared.

use serde::Deserialize;

use crate::model::{BaselineView, sha256_hex};

/// The embedded default, in force where nothing else is declared.
const HARDENED: &str = include_str!("hardened.yaml");

/// A declared baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    pub name: String,
    /// SHA-256 of the document's bytes, in hexadecimal.
    pub digest: String,
    /// What is declared of every pod.
    pub pod_security: Level,
}

/// A level of the Pod Security Standards. The order is from the loosest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Privileged,
    Baseline,
    Restricted,
}

#[derive(Deserialize)]
struct Document {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    pod_security: PodSecurity,
}

#[derive(Deserialize)]
struct PodSecurity {
    level: Level,
}

impl Baseline {
    /// The embedded default.
    pub fn hardened() -> Self {
        let document: Document =
            serde_saphyr::from_str(HARDENED).expect("a test parses the embedded baseline");
        Self {
            name: document.metadata.name,
            digest: sha256_hex(HARDENED.as_bytes()),
            pod_security: document.spec.pod_security.level,
        }
    }

    /// What the view says of it.
    pub fn view(&self) -> BaselineView {
        BaselineView { name: self.name.clone(), digest: self.digest.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_baseline_forbids_privileged_containers() {
        let baseline = Baseline::hardened();
        assert_eq!(baseline.name, "hardened");
        assert!(baseline.pod_security >= Level::Baseline);
    }
}
