//! `plimsoll who-can`: everyone who may do something, and by which binding, role and rule.

mod report;
mod table;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::ask::{Ask, Ready};
use super::failure::Failure;
use super::output::{Output, write};
use super::terminal;
use crate::model::ObjectKey;
use crate::rbac::Path;

/// Say who may do something, and by what
///
/// Everyone is told whom a binding names, with every way by which they may: binding, role and rule. Groups are not
/// expanded. The exit status is 0, and 2 where something could not be read.
#[derive(Debug, Args)]
pub(super) struct WhoCan {
    #[command(flatten)]
    ask: Ask,
}

/// By subject, and by the namespace in which they may, empty for all of them: every way.
type Answer = BTreeMap<(ObjectKey, Arc<str>), Vec<Path>>;

impl WhoCan {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        let width = terminal::width(&environment);
        let output = self.ask.output;
        let ready = self.ask.prepare(environment)?;
        let answer = answer(&ready);
        let text = match output {
            Output::Table => table::render(&ready.question, &answer, width),
            Output::Json => report::render(&ready, &answer),
        };
        write(&text).map_err(Failure::unjudged)?;
        ready.tell(output);
        Ok(ready.status(ExitCode::SUCCESS))
    }
}

fn answer(ready: &Ready) -> Answer {
    let mut answer = Answer::new();
    for (subject, paths) in ready.question.who_can(&ready.source.grants()) {
        for path in paths {
            let scope = Arc::clone(path.binding.scope());
            answer.entry((subject.clone(), scope)).or_default().push(path);
        }
    }
    answer
}
