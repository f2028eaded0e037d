//! A namespace must enforce what is declared of its pods.
//!
//! Where a baseline that governs the namespace has `podSecurity.namespaceLabel: enforce`. Field: the labels
//! `pod-security.kubernetes.io/enforce` and `pod-security.kubernetes.io/enforce-version` of the namespace.
//! Allowed: the declared level or a stricter one; the declared version or a newer one, which is also what a
//! missing label means. Kubernetes takes a level that is none as `restricted` and a version that is none as
//! `latest`, so that neither is weaker; both are found all the same, for nobody can have meant them. Where
//! the declared level is `privileged` nothing is weaker. Namespaces that admission is declared to exempt are
//! not judged: nothing is enforced there, whatever their labels say.
//! <https://kubernetes.io/docs/concepts/security/pod-security-admission/>

use std::fmt::Display;
use std::sync::Arc;

use super::enforced::{self, LEVEL_LABEL, VERSION_LABEL};
use super::violation::{UNSET, shown};
use crate::baseline::{Baseline, Level, PodSecurity};
use crate::checks::{Check, Facts, Namespace, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, Kind, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "pod-security/admission-label",
        severity: Severity::Medium,
        title: "namespace that enforces less than is declared",
        why: "The API server refuses what violates the Pod Security Standards only in namespaces whose \
              labels say so: without them whoever may create pods there may create any pod, and is merely \
              found afterwards.",
        mend: "Label the namespace with the level and the version that are declared. Pods that run already \
               stay; see what would be refused by the labels pod-security.kubernetes.io/warn and audit \
               first.",
        references: &[
            "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/",
        ],
    },
    reads: Reads::Kinds(&[Kind::Namespace]),
    rule: Rule::Namespace(evaluate),
};

fn evaluate(_: &Facts<'_>, namespace: &Namespace<'_>) -> Vec<Finding> {
    namespace.governing.iter().flat_map(|baseline| judge(namespace, baseline)).collect()
}

fn judge(namespace: &Namespace<'_>, baseline: &Baseline) -> Vec<Finding> {
    let name = &*namespace.object.key.name;
    let Some(declared) = baseline.pod_security.as_ref().filter(|it| is_asked(it, name)) else {
        return Vec::new();
    };
    let level = level_label(namespace, declared).into_iter();
    let labels = level.chain(version_label(namespace, declared));
    labels.map(|label| finding(namespace, baseline, label)).collect()
}

fn is_asked(declared: &PodSecurity, namespace: &str) -> bool {
    let exempt = declared.exempt.namespaces.iter().any(|it| it == namespace);
    declared.namespace_label && declared.level > Level::Privileged && !exempt
}

/// A label that is not as declared.
struct Label {
    name: &'static str,
    /// What tells it from the other label.
    key: &'static str,
    direction: Direction,
    expected: String,
    actual: String,
}

fn level_label(namespace: &Namespace<'_>, declared: &PodSecurity) -> Option<Label> {
    let (direction, actual) = match enforced::level(&namespace.labels) {
        None => (Direction::Loosened, UNSET.to_owned()),
        Some(Err(text)) => (Direction::Changed, shown(text)),
        Some(Ok(level)) if level < declared.level => (Direction::Loosened, level.to_string()),
        Some(Ok(_)) => return None,
    };
    Some(Label { name: LEVEL_LABEL, key: "enforce", direction, expected: declared.level.to_string(), actual })
}

fn version_label(namespace: &Namespace<'_>, declared: &PodSecurity) -> Option<Label> {
    let (direction, actual) = match enforced::version(&namespace.labels)? {
        Err(text) => (Direction::Changed, shown(text)),
        Ok(version) if version < declared.version => (Direction::Loosened, version.to_string()),
        Ok(_) => return None,
    };
    let expected = declared.version.to_string();
    Some(Label { name: VERSION_LABEL, key: "enforce-version", direction, expected, actual })
}

fn finding(namespace: &Namespace<'_>, baseline: &Baseline, label: Label) -> Finding {
    let Label { name, key, direction, expected, actual } = label;
    Finding {
        object: namespace.object.clone(),
        exposed: None,
        key: key.to_owned(),
        direction,
        count: 1,
        message: message(&namespace.object.key, name, &expected, &actual),
        path: format!("metadata.labels[{name}]"),
        remedy: format!("label the namespace {name}={expected}"),
        expected,
        actual,
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}

fn message(namespace: &impl Display, label: &str, expected: &str, actual: &str) -> String {
    format!("the label {label} of {namespace} is {actual}; {expected} is declared")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::Timestamp;

    use super::*;
    use crate::baseline::{Declared, Version};
    use crate::checks::{Panics, Remembered};
    use crate::model::{ObjectKey, ObjectRef};
    use crate::snapshot::Snapshot;

    fn declared(level: Level, version: Version) -> Declared {
        let mut declared = Declared::hardened();
        let pod_security = declared.baselines[0].pod_security.as_mut().unwrap();
        (pod_security.level, pod_security.version, pod_security.namespace_label) = (level, version, true);
        declared
    }

    fn findings(declared: &Declared, labels: &[(&str, &str)]) -> Vec<Finding> {
        let object = ObjectRef {
            key: ObjectKey::of_namespace("shop".into()),
            version: "v1".into(),
            uid: "".into(),
            resource_version: "".into(),
        };
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let governing = declared.baselines.iter().collect();
        let namespace = Namespace { object, labels: Arc::new(labels), governing };
        let facts = Facts {
            declared,
            snapshot: &Snapshot::default(),
            panics: &Panics::new(),
            waiver_uses: &HashMap::new(),
            remembered: &Remembered::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        evaluate(&facts, &namespace)
    }

    /// Key, direction, expected and actual of what is found.
    fn evidence(declared: &Declared, labels: &[(&str, &str)]) -> Vec<(String, Direction, String, String)> {
        let evidence = |it: Finding| (it.key, it.direction, it.expected, it.actual);
        findings(declared, labels).into_iter().map(evidence).collect()
    }

    #[test]
    fn a_namespace_that_enforces_what_is_declared_or_more_is_clean() {
        let declared = declared(Level::Baseline, Version::minor(30));
        for level in ["baseline", "restricted"] {
            assert_eq!(findings(&declared, &[(LEVEL_LABEL, level)]), []);
            for version in ["v1.30", "v1.31", "latest"] {
                assert_eq!(findings(&declared, &[(LEVEL_LABEL, level), (VERSION_LABEL, version)]), []);
            }
        }
    }

    #[test]
    fn a_label_that_is_missing_bad_or_weaker_is_found() {
        let declared = declared(Level::Restricted, Version::LATEST);
        let level = |direction, actual: &str| {
            vec![("enforce".to_owned(), direction, "restricted".to_owned(), actual.to_owned())]
        };
        assert_eq!(evidence(&declared, &[]), level(Direction::Loosened, "unset"));
        assert_eq!(evidence(&declared, &[(LEVEL_LABEL, "baseline")]), level(Direction::Loosened, "baseline"));
        assert_eq!(evidence(&declared, &[(LEVEL_LABEL, "Strict")]), level(Direction::Changed, "Strict"));
        assert_eq!(evidence(&declared, &[(LEVEL_LABEL, "")]), level(Direction::Changed, "\"\""));
    }

    #[test]
    fn a_version_that_is_older_or_bad_is_found() {
        let declared = declared(Level::Restricted, Version::minor(30));
        let at = |version| evidence(&declared, &[(LEVEL_LABEL, "restricted"), (VERSION_LABEL, version)]);
        let version = |direction, actual: &str| {
            vec![("enforce-version".to_owned(), direction, "v1.30".to_owned(), actual.to_owned())]
        };
        assert_eq!(at("v1.29"), version(Direction::Loosened, "v1.29"));
        assert_eq!(at("1.31"), version(Direction::Changed, "1.31"));
    }

    #[test]
    fn a_finding_says_what_to_write_and_who_declares_it() {
        let declared = declared(Level::Restricted, Version::LATEST);
        let [finding] = findings(&declared, &[]).try_into().unwrap();
        let message =
            "the label pod-security.kubernetes.io/enforce of Namespace/shop is unset; restricted is declared";
        assert_eq!(finding.message, message);
        assert_eq!(finding.path, "metadata.labels[pod-security.kubernetes.io/enforce]");
        assert_eq!(finding.remedy, "label the namespace pod-security.kubernetes.io/enforce=restricted");
        assert_eq!(finding.declaration.as_ref(), Some(&declared.baselines[0].declaration));
    }

    #[test]
    fn what_is_not_asked_is_not_judged() {
        type Mutation = fn(&mut PodSecurity);
        let mutations: [Mutation; 3] = [
            |it| it.namespace_label = false,
            |it| it.exempt.namespaces.push("shop".to_owned()),
            |it| it.level = Level::Privileged,
        ];
        for mutate in mutations {
            let mut declared = declared(Level::Restricted, Version::LATEST);
            assert_eq!(findings(&declared, &[]).len(), 1);
            mutate(declared.baselines[0].pod_security.as_mut().unwrap());
            assert_eq!(findings(&declared, &[]), []);
        }
    }
}
