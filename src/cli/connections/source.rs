//! Where connections are read from: the live cluster, or files.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::checks::FLOW_KINDS;
use crate::cli::look::see;
use crate::cli::manifests::read_files;
use crate::cli::problem::Problem;
use crate::cli::{runtime, terminal};
use crate::config::Config;
use crate::model::{Kind, Scope};
use crate::network::Interest;
use crate::run::connect;
use crate::snapshot::{Intake, Snapshot};

/// A cluster that was read.
#[derive(Debug)]
pub(super) struct Source {
    /// What problems of it as a whole are told of.
    pub(super) name: String,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) problems: Vec<Problem>,
}

/// A namespace in which it is not known what is let through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Unknown {
    namespace: String,
    /// That of the policies by which it is not known.
    kind: String,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, kind } = self;
        write!(f, "what is let through in namespace {namespace}: ")?;
        match kind.as_str() {
            NETWORK_POLICY => f.write_str("not every NetworkPolicy of it can be read"),
            kind => write!(f, "a {kind} may decide on it, and that kind is not modelled"),
        }
    }
}

const NETWORK_POLICY: &str = Kind::NetworkPolicy.label();

/// How the live cluster is called.
pub(super) const LIVE: &str = "live";

impl Source {
    /// The cluster that the settings name.
    pub(super) fn live(config: &Config) -> anyhow::Result<Self> {
        let runtime = runtime::start()?;
        let seen = runtime.block_on(async {
            let client = connect(&config.kube).await?;
            see(config, &client, FLOW_KINDS, "decides on connections").await
        });
        runtime::end(runtime);
        let snapshot = seen?;
        let problems = unreadable(&snapshot);
        Ok(Self::of(LIVE.to_owned(), snapshot, problems))
    }

    /// What lies at the paths, as if it were a cluster.
    pub(super) fn files(paths: &[PathBuf]) -> Self {
        let snapshot = Arc::new(Snapshot::default());
        let bar = terminal::bar("objects");
        let files = read_files(paths, &Intake::of_files(Arc::clone(&snapshot)), &bar);
        bar.finish_and_clear();
        for change in files.changes {
            snapshot.apply(change, &mut Vec::new());
        }
        let names: Vec<String> = paths.iter().map(|it| it.display().to_string()).collect();
        Self::of(names.join(", "), snapshot, files.problems)
    }

    fn of(name: String, snapshot: Arc<Snapshot>, problems: Vec<Problem>) -> Self {
        // Peers within a namespace are looked for as well.
        snapshot.take_interest(Interest {
            across: true,
            within: true,
            open: [true; 2],
            ..Interest::default()
        });
        let unknown = unknown(&snapshot);
        Self { name, snapshot, unknown, problems }
    }
}

fn unknown(snapshot: &Snapshot) -> Vec<Unknown> {
    let namespaces: Vec<Arc<str>> = snapshot.network().namespaces().cloned().collect();
    let hidden = namespaces.iter().filter_map(|namespace| {
        let kind = snapshot.hidden_by(namespace)?;
        Some(Unknown { namespace: namespace.to_string(), kind: kind.label().to_owned() })
    });
    let mut hidden: Vec<Unknown> = hidden.collect();
    hidden.sort();
    hidden
}

/// The objects of a live cluster that are there and cannot be read.
fn unreadable(snapshot: &Snapshot) -> Vec<Problem> {
    let scopes = snapshot.scopes().into_iter();
    let problems = scopes.filter_map(|scope| {
        let Scope::Object(key) = scope else { return None };
        let error = snapshot.unreadable(&key)?;
        Some(Problem::of_file(LIVE, format!("{key}: {error}")))
    });
    let mut problems: Vec<Problem> = problems.collect();
    problems.sort();
    problems.dedup();
    problems
}
