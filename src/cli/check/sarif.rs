//! The report as SARIF 2.1.0, for code scanning: one run, complete, written as it is serialized.
//!
//! What a message says is plain text, in which nothing is a link.

mod notification;
mod place;
mod result;
mod rule;

use std::fmt::Display;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::verdict::Verdict;
use crate::cli::escape::Escaped;
use crate::cli::output::put_json;
use notification::{Invocation, KINDS, NotificationKind};
use place::BaseIds;
use result::Outcome;
use rule::Rules;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    /// None where nothing comes from a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    original_uri_base_ids: Option<BaseIds>,
    column_kind: &'static str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Rules<'a>,
    notifications: [NotificationKind; KINDS.len()],
}

/// Text for people.
#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

impl Message {
    /// What is put together of words that others chose. `[text](address)` would be a link.
    fn of(text: impl Display) -> Self {
        Self { text: Escaped(text).to_string().replace("](", "] (") }
    }
}

/// What deviates and what is waived, each made a result when its turn comes.
struct Results<'a>(&'a Verdict);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(verdict) = self;
        let standing = verdict.deviations.iter().map(|it| Outcome::standing(it, verdict));
        let waived = verdict.waived.iter().map(|it| Outcome::waived(it, verdict));
        serializer.collect_seq(standing.chain(waived))
    }
}

/// `runbooks` is what the id of a check is appended to for the page that explains it.
pub(super) fn render(verdict: &Verdict, runbooks: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let driver = Driver {
        name: "Plimsoll",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: Rules { runbooks },
        notifications: KINDS,
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [Invocation::of(verdict)],
        original_uri_base_ids: verdict.input.is_some().then(BaseIds::default),
        column_kind: "unicodeCodePoints",
        results: Results(verdict),
    };
    put_json(out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

#[cfg(test)]
mod tests;
