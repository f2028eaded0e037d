//! The checks as rules, in the order of the table of checks.

use serde::{Serialize, Serializer};

use super::Message;
use crate::checks::CHECKS;
use crate::model::{CheckInfo, Severity};

/// Every check, whether it found something or not.
pub(super) struct Rules<'a> {
    /// What the id of a check is appended to for the page that explains it.
    pub(super) runbooks: Option<&'a str>,
}

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(CHECKS.iter().map(|check| Rule::of(&check.info, self.runbooks)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 3],
    /// By it GitHub tells how severe an alert is.
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
    precision: &'static str,
}

impl Rule {
    fn of(check: &'static CheckInfo, runbooks: Option<&str>) -> Self {
        let page = runbooks.map(|it| format!("{}/{}", it.trim_end_matches('/'), check.id));
        let reference = || check.references.first().map(|it| (*it).to_owned());
        let family = check.id.split_once('/').map_or(check.id, |(family, _)| family);
        Self {
            id: check.id,
            short_description: Message { text: check.title.to_owned() },
            full_description: Message { text: check.why.to_owned() },
            help: help(check),
            help_uri: page.or_else(reference),
            default_configuration: Configuration { level: level(check.severity) },
            properties: Properties {
                tags: ["security", "kubernetes", family],
                security_severity: security_severity(check.severity),
                precision: "very-high",
            },
        }
    }
}

fn help(check: &CheckInfo) -> Help {
    let CheckInfo { why, mend, references, .. } = check;
    let links: Vec<String> = references.iter().map(|it| format!("- <{it}>")).collect();
    Help {
        text: format!("{why}\n\nWhat to do: {mend}\n\n{}", references.join("\n")),
        markdown: format!("{why}\n\n**What to do:** {mend}\n\n{}", links.join("\n")),
    }
}

/// The place of a check among the rules.
pub(super) fn index(id: &str) -> Option<usize> {
    CHECKS.iter().position(|check| check.info.id == id)
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A score in the middle of the range that GitHub gives the severity; 0.0 is none.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}
