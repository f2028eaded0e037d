//! What a check is called and what people are told about it.

use super::Severity;

/// A check as reports, alerts and documentation name it. Its rule lives with the checks.
#[derive(Debug, PartialEq, Eq)]
pub struct CheckInfo {
    /// `family/name`, such as `pod-security/privileged`.
    pub id: &'static str,
    pub severity: Severity,
    /// What it looks for, in a few words.
    pub title: &'static str,
    /// Why a deviation matters.
    pub why: &'static str,
    /// What to do about it.
    pub mend: &'static str,
    /// Where the rule comes from.
    pub references: &'static [&'static str],
}
