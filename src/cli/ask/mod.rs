//! A question about rights, and what it is asked of: the roles and bindings of the live cluster, or of files.

mod discovery;
mod record;
mod source;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::escape::Escaped;
use super::failure::Failure;
use super::output::Output;
use super::problem::Problem;
use super::settings::Connection;
use crate::rbac::{About, Place, Question, Served, Words};
pub(super) use record::{Asked, Named, Via};
pub(super) use source::Source;

/// What is asked, and of what.
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// The verb, such as get, list, create or impersonate; any word is taken
    verb: String,
    /// The resource as RESOURCE[.GROUP][/SUBRESOURCE], or a path such as /healthz
    resource: String,
    /// The name of the object, where one is meant
    name: Option<String>,
    /// The namespace [default: that of the kubeconfig's context; for files `default`]
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// Ask about every namespace
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    all_namespaces: bool,
    /// The subresource, such as log or status
    #[arg(long, value_name = "SUBRESOURCE")]
    subresource: Option<String>,
    /// Ask files of YAML or JSON, and directories of them, instead of the live cluster; - for the standard input
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t)]
    pub(super) output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// A question, and what it can be answered from.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) question: Question,
    pub(super) source: Source,
    /// How the question was understood, where that may not be what was meant.
    notes: Vec<String>,
}

/// Not everything that was asked could be read.
const UNJUDGED: u8 = 2;

impl Ask {
    /// Reads what there is, and understands the question.
    pub(super) fn prepare(self, environment: Vec<(OsString, OsString)>) -> Result<Ready, Failure> {
        let config = self.connection.load(environment)?;
        let words = Words {
            verb: self.verb,
            resource: self.resource,
            subresource: self.subresource.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
        };
        let source =
            if self.files.is_empty() { Source::live(&config, &words) } else { Source::files(&self.files) }
                .map_err(Failure::unjudged)?;
        let named = self.namespace.filter(|it| !it.is_empty());
        let place = match &named {
            _ if self.all_namespaces => Place::Anywhere,
            Some(namespace) => Place::Namespace(namespace.clone()),
            None => Place::Namespace(source.namespace.clone()),
        };
        let served = source.discovered.as_ref().and_then(|it| it.as_deref().ok()).unwrap_or_default();
        let question = Question::resolve(&words, served, place).map_err(Failure::usage)?;
        let notes = notes(&question, named.as_deref(), source.discovered.as_ref());
        Ok(Ready { question, source, notes })
    }
}

/// How the question was understood, where that may not be what was meant.
fn notes(
    question: &Question,
    namespace: Option<&str>,
    discovered: Option<&anyhow::Result<Vec<Served>>>,
) -> Vec<String> {
    let (among, hidden) = match discovered {
        None => ("Kubernetes' own resources", None),
        Some(Ok(_)) => ("the resources that the cluster serves", None),
        Some(Err(error)) => ("Kubernetes' own resources", Some(error)),
    };
    let hidden = hidden.map(|error| format!("what else the cluster serves could not be read: {error:#}"));
    let unknown = match &question.about {
        About::Resource { resource, group, known: false, .. } => {
            let group = if group.is_empty() { "the core group" } else { group };
            Some(format!("{resource} of {group} is none of {among}, and is taken as written"))
        }
        About::Resource { .. } | About::Path(_) => None,
    };
    let elsewhere = namespace.filter(|_| question.place == Place::Cluster).map(|namespace| {
        format!("what is asked about is in no namespace, so that {namespace} does not count")
    });
    unknown.into_iter().chain(hidden).chain(elsewhere).collect()
}

impl Ready {
    pub(super) fn problems(&self) -> &[Problem] {
        &self.source.problems
    }

    /// Tells on the standard error how the question was understood, and what could not be read where the answer does
    /// not hold that itself.
    pub(super) fn tell(&self, output: Output) {
        let problems = match output {
            Output::Table => self.problems(),
            Output::Json => &[],
        };
        let notes = self.notes.iter().map(|it| format!("note: {}\n", Escaped(it)));
        let problems = problems.iter().map(|it| format!("problem: {}\n", Escaped(it)));
        let text: String = notes.chain(problems).collect();
        // Where the standard error is closed, the exit status has to say it alone.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// The exit status: `answered`, unless something could not be read.
    pub(super) fn status(&self, answered: ExitCode) -> ExitCode {
        if self.problems().is_empty() { answered } else { UNJUDGED.into() }
    }
}
