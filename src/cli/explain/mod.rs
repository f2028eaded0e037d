//! `plimsoll explain`: a check, or a deviation.

mod deviation;
mod digits;
mod files;
mod network;
mod reach;
mod server;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::declared::declared;
use super::failure::Failure;
use super::output::write;
use super::page::{DIM, PLAIN, Page, style_of};
use super::settings::Settings;
use super::terminal;
use crate::checks::{self, CHECKS, Check};
use crate::model::nearest;
use digits::Digits;
use reach::Reach;

/// Explain a check or a deviation
///
/// A check is named by its id, as `plimsoll checks` lists them. A deviation is named by its id or at least 8 digits of
/// its beginning; it is looked for in the files at the paths, or the running daemon is asked for it. Of a flow it is told
/// by which policies on either side it is open, as the files have them, or the live cluster.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The id of a check, or of a deviation
    #[arg(value_name = "CHECK|ID")]
    subject: String,
    /// Where to look for the deviation, as `plimsoll check` does
    paths: Vec<PathBuf>,
    /// The file or directory of the baseline, for deviations in files
    #[arg(long, value_name = "PATH")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
    /// The configuration file, in TOML
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
}

impl Explain {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<(), Failure> {
        let mut page = Page::new(terminal::width(&environment));
        match Digits::parse(&self.subject) {
            Some(digits) => self.deviation(&digits.map_err(Failure::usage)?, environment, &mut page)?,
            None => put_check(&mut page, find(&self.subject)?),
        }
        Ok(write(&page.into_text())?)
    }

    fn deviation(
        self,
        digits: &Digits,
        environment: Vec<(OsString, OsString)>,
        page: &mut Page,
    ) -> Result<(), Failure> {
        let config = Settings::of_file(self.config).load(environment)?;
        let told = if self.paths.is_empty() {
            server::find(&self.reach, config.serve.api_listen, digits)
        } else {
            let declared = declared(self.baseline.as_ref().or(config.baseline.path.as_ref()));
            files::find(&self.paths, &declared, digits)
        };
        let told = told.map_err(Failure::unjudged)?;
        deviation::put_facts(page, &told);
        network::put(page, &told, &self.paths, &config);
        deviation::put_advice(page, &told);
        Ok(())
    }
}

fn find(id: &str) -> Result<&'static Check, Failure> {
    checks::find(id).ok_or_else(|| {
        let nearest = nearest(id, CHECKS.iter().map(|check| check.info.id));
        let nearest = nearest.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        Failure::usage(anyhow!("there is no check `{id}`{nearest}"))
    })
}

fn put_check(page: &mut Page, check: &Check) {
    let info = &check.info;
    page.title(info.id);
    page.indented(0, format!("{}, severity {}", info.title, info.severity), style_of(info.severity));
    page.blank();
    for (title, text) in
        [("Why it matters", info.why), ("What to do", info.mend), ("Reads", &checks::reads(check.reads))]
    {
        put_section(page, title, text);
    }
    put_references(page, info.references);
}

fn put_section(page: &mut Page, title: &str, text: &str) {
    page.title(title);
    page.indented(2, text, PLAIN);
    page.blank();
}

fn put_references(page: &mut Page, references: &[&str]) {
    if references.is_empty() {
        return;
    }
    page.title("References");
    for reference in references {
        page.indented(2, reference, DIM);
    }
}
