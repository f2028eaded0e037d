//! Where connections are read from: the live cluster, or files.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::graph::hidden_namespaces;
use crate::checks::FLOW_KINDS;
use crate::cli::look::see;
use crate::cli::manifests::read_files;
use crate::cli::problem::Problem;
use crate::cli::{runtime, terminal};
use crate::config::Config;
use crate::model::Kind;
use crate::network::Interest;
use crate::run::connect;
use crate::snapshot::{Intake, Snapshot};

/// A cluster that was read.
#[derive(Debug)]
pub(in crate::cli) struct Source {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) problems: Vec<Problem>,
}

/// A namespace in which it is not known what is let through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::cli) struct Unknown {
    pub(super) namespace: String,
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

/// What the kinds are needed for.
const WHAT: &str = "decides on connections";

/// How the live cluster is called.
pub(super) const LIVE: &str = "live";

impl Source {
    /// The cluster that the settings name.
    pub(in crate::cli) fn live(config: &Config) -> anyhow::Result<Self> {
        let runtime = runtime::start()?;
        let seen = runtime.block_on(async {
            let client = connect(&config.kube).await?;
            see(config, &client, FLOW_KINDS, WHAT).await
        });
        runtime::end(runtime);
        let snapshot = seen?;
        let problems = unreadable(&snapshot);
        Ok(Self::of(snapshot, problems))
    }

    /// What lies at the paths, as if it were a cluster. Where nothing could be read, that is an error.
    pub(in crate::cli) fn files(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let snapshot = Arc::new(Snapshot::default());
        let bar = terminal::bar("objects");
        let mut files = read_files(paths, Intake::of(Arc::clone(&snapshot)), &bar);
        bar.finish_and_clear();
        files.fill(&snapshot, FLOW_KINDS, WHAT)?;
        Ok(Self::of(snapshot, files.problems))
    }

    /// Why it is not known what is let through in the namespace, if it is not.
    pub(in crate::cli) fn unknown_in(&self, namespace: &str) -> Option<&Unknown> {
        self.unknown.iter().find(|it| it.namespace == namespace)
    }

    fn of(snapshot: Arc<Snapshot>, problems: Vec<Problem>) -> Self {
        // Peers within a namespace are looked for as well.
        snapshot.take_interest(Interest {
            across: true,
            within: true,
            open: [true; 2],
            ..Interest::default()
        });
        let unknown = unknown(&snapshot);
        Self { snapshot, unknown, problems }
    }
}

fn unknown(snapshot: &Snapshot) -> Vec<Unknown> {
    let hidden = hidden_namespaces(snapshot).into_iter();
    let told = |(namespace, kind): (Arc<str>, Kind)| Unknown {
        namespace: namespace.to_string(),
        kind: kind.label().to_owned(),
    };
    let mut hidden: Vec<Unknown> = hidden.map(told).collect();
    hidden.sort();
    hidden
}

/// The objects of a live cluster that are there and cannot be read.
fn unreadable(snapshot: &Snapshot) -> Vec<Problem> {
    let told = FLOW_KINDS.iter().flat_map(|kind| snapshot.unreadable_of(*kind));
    told.map(|(key, error)| Problem::of_file(LIVE, format!("{key}: {error}"))).collect()
}
