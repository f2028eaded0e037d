//! What a namespace enforces, by the labels that the `PodSecurity` admission reads.
//!
//! <https://kubernetes.io/docs/concepts/security/pod-security-admission/>

use crate::baseline::{Level, Version};
use crate::model::{Labels, label};

pub(super) const LEVEL_LABEL: &str = "pod-security.kubernetes.io/enforce";

pub(super) const VERSION_LABEL: &str = "pod-security.kubernetes.io/enforce-version";

/// The level that is enforced; the text of the label where that is none, and none where there is no label.
pub(super) fn level(labels: &Labels) -> Option<Result<Level, &str>> {
    label(labels, LEVEL_LABEL).map(|text| Level::parse(text).ok_or(text))
}

/// The version that is enforced; the text of the label where that is none, and none where there is no label.
pub(super) fn version(labels: &Labels) -> Option<Result<Version, &str>> {
    label(labels, VERSION_LABEL).map(|text| Version::parse(text).ok_or(text))
}

/// What is enforced as Kubernetes takes it: a bad level as the strictest, a bad or missing version as the
/// newest.
pub(super) fn policy(labels: &Labels) -> Option<(Level, Version)> {
    let level = level(labels)?.unwrap_or(Level::Restricted);
    let version = version(labels).and_then(Result::ok).unwrap_or(Version::LATEST);
    Some((level, version))
}
