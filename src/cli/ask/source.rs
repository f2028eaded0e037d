//! Where rights are read from: the live cluster, or files.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLockReadGuard;

use super::discovery;
use crate::cli::look::see;
use crate::cli::manifests::read_files;
use crate::cli::problem::Problem;
use crate::cli::{runtime, terminal};
use crate::config::Config;
use crate::model::{DEFAULT_NAMESPACE, Kind};
use crate::rbac::{Grants, Served, Words};
use crate::run::connect;
use crate::snapshot::{Intake, Snapshot};

/// Roles and bindings that were read.
#[derive(Debug)]
pub(in crate::cli) struct Source {
    snapshot: Arc<Snapshot>,
    /// The namespace that is meant where none is named.
    pub(super) namespace: String,
    pub(super) problems: Vec<Problem>,
    /// What the cluster says that it serves; none where it was not asked.
    pub(super) discovered: Option<anyhow::Result<Vec<Served>>>,
}

/// The kinds that rights are made of.
const KINDS: [Kind; 4] = [Kind::Role, Kind::ClusterRole, Kind::RoleBinding, Kind::ClusterRoleBinding];

/// What the kinds are needed for.
const WHAT: &str = "grants rights";

impl Source {
    /// The cluster that the settings name, asked what it serves where the words do not tell that by themselves. A kind
    /// that cannot be listed is an error: without it every answer might be another one.
    pub(super) fn live(config: &Config, words: &Words) -> anyhow::Result<Self> {
        let runtime = runtime::start()?;
        let source = runtime.block_on(Self::seen(config, words));
        runtime::end(runtime);
        source
    }

    async fn seen(config: &Config, words: &Words) -> anyhow::Result<Self> {
        let client = connect(&config.kube).await?;
        let snapshot = see(config, &client, &KINDS, WHAT).await?;
        let namespace = client.default_namespace().to_owned();
        let discovered =
            if words.are_of_kubernetes() { None } else { Some(discovery::served(&client).await) };
        Ok(Self { snapshot, namespace, problems: Vec::new(), discovered })
    }

    /// What lies at the paths, as if it were a cluster. Roles that Kubernetes itself makes are there; nothing is bound
    /// to them but by the files. Where nothing could be read, that is an error.
    pub(super) fn files(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let snapshot = Arc::new(Snapshot::default());
        let bar = terminal::bar("objects");
        let mut files = read_files(paths, Intake::of(Arc::clone(&snapshot)), &bar);
        bar.finish_and_clear();
        files.fill(&snapshot, &KINDS, WHAT)?;
        if files.cluster().is_none() {
            snapshot.presume_bootstrap_roles();
        }
        let namespace = DEFAULT_NAMESPACE.to_owned();
        Ok(Self { snapshot, namespace, problems: files.problems, discovered: None })
    }

    /// Who is granted what.
    pub(in crate::cli) fn grants(&self) -> RwLockReadGuard<'_, Grants> {
        self.snapshot.grants()
    }
}
