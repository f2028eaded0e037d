//! A deviation as an alert of Alertmanager's API v2. Pure: the same deviation is always the same alert.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::model::{Deviation, Direction, Severity};

/// How much of a text of the cluster goes into an annotation, in bytes. A page is no place for a whole list.
const TEXT_MAX: usize = 4 << 10;

/// What alerts say beyond their deviation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertOptions {
    /// The cluster's name; empty leaves the label out.
    pub cluster: String,
    /// Where the runbooks are: an alert's link is this with the check's id after it. Empty leaves it out.
    pub runbook_url: String,
    /// How often what stands is sent again, in seconds. An alert ends by itself after four times as long.
    pub resend_secs: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert<'a> {
    labels: Labels<'a>,
    annotations: Annotations<'a>,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

/// An alert's identity to Alertmanager. It must never change while the deviation lives.
#[derive(Debug, Serialize)]
struct Labels<'a> {
    alertname: String,
    check: &'static str,
    severity: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    cluster: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    resource_kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    resource_name: &'a str,
    deviation: String,
}

#[derive(Debug, Serialize)]
struct Annotations<'a> {
    summary: &'static str,
    description: &'a str,
    expected: &'a str,
    actual: &'a str,
    path: &'a str,
    direction: &'static str,
    remediation: &'a str,
    /// Left out where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    runbook_url: String,
}

/// The alerts as the body of one request.
pub fn render_alerts(deviations: &[Arc<Deviation>], options: &AlertOptions, now: Timestamp) -> String {
    let alerts: Vec<_> = deviations.iter().map(|deviation| Alert::new(deviation, options, now)).collect();
    serde_json::to_string(&alerts).expect("an alert has only string keys and writes to memory")
}

impl<'a> Alert<'a> {
    fn new(deviation: &'a Deviation, options: &'a AlertOptions, now: Timestamp) -> Self {
        let finding = &deviation.finding;
        let key = &finding.object.key;
        let check = deviation.check;
        let ends_at = ends_at(deviation, options.resend_secs, now);
        Self {
            labels: Labels {
                alertname: alert_name(check.id),
                check: check.id,
                severity: severity(deviation).as_str(),
                cluster: &options.cluster,
                namespace: finding.namespace(),
                resource_kind: key.kind.label(),
                resource_name: &key.name,
                deviation: deviation.id.to_string(),
            },
            annotations: Annotations {
                summary: check.title,
                description: clip(&finding.message),
                expected: clip(&finding.expected),
                actual: clip(&finding.actual),
                path: clip(&finding.path),
                direction: finding.direction.as_str(),
                remediation: clip(deviation.remedy()),
                actor: deviation.actor.as_ref().map(ToString::to_string),
                runbook_url: runbook(&options.runbook_url, check.id),
            },
            // Alertmanager refuses an alert that ends before it starts, as a clock that was set back would make it.
            starts_at: deviation.opened_at.min(ends_at),
            ends_at,
        }
    }
}

/// Only what is less safe than declared pages; the rest informs.
fn severity(deviation: &Deviation) -> Severity {
    match deviation.finding.direction {
        Direction::Loosened => deviation.severity,
        Direction::Tightened | Direction::Changed => Severity::Info,
    }
}

/// What stands ends some resends ahead; what was resolved has ended, though a clock that was set back since may say
/// that it will: to Alertmanager, an alert fires until its end.
fn ends_at(deviation: &Deviation, resend_secs: u32, now: Timestamp) -> Timestamp {
    let standing = || {
        let ahead = SignedDuration::from_secs(4 * i64::from(resend_secs));
        now.checked_add(ahead).unwrap_or(Timestamp::MAX)
    };
    deviation.resolved_at.map_or_else(standing, |resolved| resolved.min(now))
}

/// `pod-security/host-ports` as `PodSecurityHostPorts`.
fn alert_name(check: &str) -> String {
    let words = check.split(['/', '-']).filter_map(|word| word.split_at_checked(1));
    words.map(|(first, rest)| first.to_ascii_uppercase() + rest).collect()
}

fn runbook(base: &str, check: &str) -> String {
    if base.is_empty() { String::new() } else { format!("{}/{check}", base.trim_end_matches('/')) }
}

fn clip(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_MAX)]
}
