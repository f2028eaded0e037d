//! Everything that is declared, and what is in force where nothing is.

use std::sync::{Arc, LazyLock};

use super::{Baseline, DeclaredObject, DeclaredRights, Document, Problem, parse};

/// The embedded default, in force where nothing else is declared.
const HARDENED: &str = include_str!("hardened.yaml");

/// Everything that is declared.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Each judges alone.
    pub baselines: Vec<Baseline>,
    /// Plain manifests.
    pub objects: Vec<DeclaredObject>,
    /// What the roles and bindings among them grant.
    pub rights: Arc<DeclaredRights>,
    /// What could not be read, or not be taken as it was meant.
    pub problems: Vec<Problem>,
    /// Something is declared that has never been readable, so that nothing is in force in its place. A daemon
    /// that starts with this is not ready.
    pub incomplete: bool,
}

impl Declared {
    /// The embedded default.
    pub fn hardened() -> Self {
        static READ: LazyLock<Vec<Baseline>> = LazyLock::new(|| {
            let (documents, _) = parse("", HARDENED.as_bytes(), &[]);
            let baseline = |document| match document {
                Document::Baseline(baseline) => Some(*baseline),
                Document::Object(_) | Document::Broken(_) => None,
            };
            documents.into_iter().filter_map(baseline).collect()
        });
        Self { baselines: READ.clone(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::{Level, Version};

    #[test]
    fn the_embedded_default_is_a_baseline_without_a_problem() {
        let (_, problems) = parse("", HARDENED.as_bytes(), &[]);
        assert_eq!(problems, []);
        let [baseline, _] = &Declared::hardened().baselines[..] else { panic!("they are two documents") };
        let pods = baseline.pod_security.as_ref().expect("it asks something of pods");
        assert_eq!(&*baseline.declaration.name, "hardened");
        assert_eq!((pods.level, pods.version), (Level::Restricted, Version::LATEST));
        assert!(pods.namespace_label);
        assert!(!baseline.namespaces.select("kube-system", |_| None));
        assert!(baseline.namespaces.select("default", |_| None));
    }
}
