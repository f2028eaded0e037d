//! `plimsoll checks`: every check there is.

use std::ffi::OsString;

use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::output::{Output, write};
use super::page::{DIM, PLAIN, Page, style_of};
use super::terminal;
use crate::checks::{CHECKS, Check, Reads};

/// List every check
#[derive(Debug, Args)]
pub(super) struct Checks {
    /// How the list is written
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[derive(Serialize)]
struct Listing {
    schema: &'static str,
    checks: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    severity: &'static str,
    title: &'static str,
    why: &'static str,
    mend: &'static str,
    references: &'static [&'static str],
    /// The kinds that it must be able to see; none where it judges the monitor itself.
    reads: Vec<&'static str>,
}

impl Checks {
    pub(super) fn execute(self, environment: &[(OsString, OsString)]) -> Result<(), Failure> {
        let text = match self.output {
            Output::Table => table(terminal::width(environment)),
            Output::Json => json(),
        };
        Ok(write(&text)?)
    }
}

/// A title is put beside its check where so many columns are left, else below it.
const TITLE_MIN: usize = 24;

fn table(width: usize) -> String {
    let mut page = Page::new(width);
    let longest = CHECKS.iter().map(|check| check.info.id.len()).max().unwrap_or_default();
    for Check { info, .. } in CHECKS {
        let (style, severity) = (style_of(info.severity), info.severity.as_str());
        if page.room_beside(longest + 12) >= TITLE_MIN {
            page.beside(&format!("{:<longest$}  {style}{severity:<8}{style:#}  ", info.id), info.title);
        } else {
            page.indented(0, format!("{} ({severity})", info.id), style);
            page.indented(2, info.title, PLAIN);
        }
    }
    page.blank();
    page.indented(0, "plimsoll explain CHECK says why each matters, and what to do.", DIM);
    page.into_text()
}

fn json() -> String {
    let entry = |check: &&Check| {
        let info = &check.info;
        let kinds = match check.reads {
            Reads::Kinds(kinds) | Reads::Flows(kinds) => kinds,
            Reads::Sight | Reads::OwnRights => &[],
        };
        Entry {
            id: info.id,
            severity: info.severity.as_str(),
            title: info.title,
            why: info.why,
            mend: info.mend,
            references: info.references,
            reads: kinds.iter().map(|kind| kind.label()).collect(),
        }
    };
    let listing = Listing { schema: "plimsoll.dev/checks/v1", checks: CHECKS.iter().map(entry).collect() };
    serde_json::to_string_pretty(&listing).expect("a listing has only string keys") + "\n"
}
