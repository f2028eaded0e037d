//! Kubernetes' own fixtures of the Pod Security Standards get the verdict that Kubernetes gives them, as they are
//! and in every form in which the same pod may come.
//!
//! `PLIMSOLL_PEER_TESTS` names the directory that holds `pod-security/expected.tsv` and the manifests that it
//! names. Without it the test says that it was left out.

mod variant;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plimsoll::baseline::{Declared, Level, Version};
use serde_json::Value;
use variant::VARIANTS;

use crate::verdict::failing;

/// A line of expected.tsv.
struct Case {
    file: PathBuf,
    declared: Arc<Declared>,
    /// The ids of the checks that it fails; none where it passes.
    failing: BTreeSet<String>,
}

#[test]
fn kubernetes_own_fixtures_get_its_verdict() {
    let Some(directory) = std::env::var_os("PLIMSOLL_PEER_TESTS") else {
        println!("left out: PLIMSOLL_PEER_TESTS is not set");
        return;
    };
    let cases = read_cases(&Path::new(&directory).join("pod-security"));
    assert!(!cases.is_empty(), "expected.tsv names no cases");
    let mut faults = Vec::new();
    for case in &cases {
        let text = fs::read_to_string(&case.file).unwrap();
        let pod: Value = serde_saphyr::from_str(&text).unwrap();
        let as_it_is = ("as it is", text);
        let variants = VARIANTS.iter().map(|(name, variant)| (*name, variant(&pod).to_string()));
        for (name, manifest) in [as_it_is].into_iter().chain(variants) {
            let found = failing(&manifest, &case.declared);
            if !found.iter().eq(&case.failing) {
                faults.push(format!("{}, {name}: {found:?}", case.file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{} disagree:\n{}", faults.len(), faults.join("\n"));
    println!("{} cases agree in {} forms", cases.len(), VARIANTS.len() + 1);
}

fn read_cases(directory: &Path) -> Vec<Case> {
    let table = fs::read_to_string(directory.join("expected.tsv")).unwrap();
    table.lines().skip(1).map(|line| read_case(directory, line)).collect()
}

fn read_case(directory: &Path, line: &str) -> Case {
    let [file, level, version, verdict, failing] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    let ids = failing.split(',').filter(|id| !id.is_empty());
    let failing: BTreeSet<String> = ids.map(|id| format!("pod-security/{}", kebab(id))).collect();
    assert_eq!(failing.is_empty(), verdict == "pass", "{line}");
    let mut declared = Declared::hardened();
    declared.baselines.truncate(1);
    let baseline = &mut declared.baselines[0];
    (baseline.secrets, baseline.rbac, baseline.network) = (None, None, None);
    let pod_security = baseline.pod_security.as_mut().unwrap();
    pod_security.level = Level::parse(level).unwrap();
    pod_security.version = Version::parse(version).unwrap();
    pod_security.namespace_label = false;
    Case { file: directory.join(file), declared: Arc::new(declared), failing }
}

/// Kubernetes' `hostNamespaces` and `seccompProfile_baseline` as they are called here.
fn kebab(id: &str) -> String {
    let letter = |letter: char| match letter {
        '_' => "-".to_owned(),
        _ if letter.is_ascii_uppercase() => format!("-{}", letter.to_ascii_lowercase()),
        _ => letter.to_string(),
    };
    id.chars().map(letter).collect()
}
