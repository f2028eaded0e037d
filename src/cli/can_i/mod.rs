//! `plimsoll can-i`: whether somebody may do something.

mod report;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;

use super::ask::Ask;
use super::failure::Failure;
use super::output::{Output, write};
use crate::model::ObjectKey;
use crate::rbac::{group, impersonated_groups, user};

/// Say whether a user may do something
///
/// The answer is yes or no, the exit status 0 or 1, and 2 where something could not be read. The user's groups are
/// those that impersonation gives. With --all-namespaces it is whether they may in all namespaces at once.
#[derive(Debug, Args)]
pub(super) struct CanI {
    #[command(flatten)]
    ask: Ask,
    /// The user; system:serviceaccount:NAMESPACE:NAME for a service account
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// A group of the user; may be given several times
    #[arg(long = "as-group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Print nothing, and answer by the exit status alone
    #[arg(short, long)]
    quiet: bool,
}

/// Somebody with their groups.
#[derive(Debug)]
struct Person {
    user: ObjectKey,
    groups: Vec<ObjectKey>,
}

/// It is not allowed.
const NO: u8 = 1;

impl CanI {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<ExitCode, Failure> {
        let person = Person::new(self.user, &self.groups)?;
        let output = self.ask.output;
        let ready = self.ask.prepare(environment)?;
        let allowed = ready.question.can(&ready.source.grants(), &person.user, &person.groups);
        let text = match output {
            Output::Table if allowed.is_some() => "yes\n".to_owned(),
            Output::Table => "no\n".to_owned(),
            Output::Json => report::render(&ready, &person, allowed.as_ref()),
        };
        if !self.quiet {
            write(&text).map_err(Failure::unjudged)?;
            ready.tell(output);
        }
        Ok(ready.status(if allowed.is_some() { ExitCode::SUCCESS } else { NO.into() }))
    }
}

impl Person {
    fn new(name: Option<String>, groups: &[String]) -> Result<Self, Failure> {
        let name = name.filter(|it| !it.is_empty()).ok_or_else(|| {
            Failure::usage(anyhow!(
                "--as USER is to name whose rights are meant\nwho asks is not written in files, and of a live cluster \
                 only the server knows it: `kubectl auth can-i` asks it"
            ))
        })?;
        let user = user(&name);
        let groups = impersonated_groups(&user, groups.iter().map(|it| group(it)).collect());
        Ok(Self { user, groups })
    }
}
