//! What a subject comes to: scopes, and the chains that lead there.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::checks::rights::in_order;
use crate::checks::words::at_most;
use crate::rbac::Path;

/// How many chains are told of one scope. Of the others it is told how many there are.
const CHAINS_MAX: usize = 20;

/// How many ways of one step are told. Of the others it is told how many there are, with a digest.
const STEP_PATHS_MAX: usize = 3;

/// The scopes whose secrets a subject comes to, empty for all of the cluster.
#[derive(Debug, Default)]
pub(super) struct Reached(pub(super) BTreeMap<Arc<str>, Chains>);

/// The chains that lead to one scope.
#[derive(Debug, Default)]
pub(super) struct Chains {
    told: Vec<String>,
    more: usize,
    /// How the subject itself came by the rights that the chains begin with.
    pub(super) paths: Vec<Path>,
}

impl Reached {
    /// Adds a chain to the scope, in an order that does not depend on hashing.
    pub(super) fn add(&mut self, scope: &Arc<str>, paths: &[Path], chain: impl FnOnce() -> String) {
        let chains = self.0.entry(Arc::clone(scope)).or_default();
        if chains.told.len() < CHAINS_MAX {
            chains.told.push(chain());
        } else {
            chains.more += 1;
        }
        let new = paths.iter().filter(|path| !chains.paths.contains(path));
        let new: Vec<Path> = new.cloned().collect();
        chains.paths.extend(new);
    }
}

impl Chains {
    /// The chains as evidence.
    pub(super) fn evidence(&self) -> String {
        let more = (self.more > 0).then(|| format!("and {} more", self.more));
        let all: Vec<&str> = self.told.iter().chain(&more).map(String::as_str).collect();
        all.join("; ")
    }

    /// The first of them.
    pub(super) fn first(&self) -> &str {
        self.told.first().map_or("", String::as_str)
    }
}

/// One step of a chain: what someone may do there, and by which rules.
pub(super) fn step(says: &str, scope: &str, paths: &[Path]) -> String {
    let place = if scope.is_empty() { "cluster-wide".to_owned() } else { format!("in namespace {scope}") };
    format!("{says} {place} ({})", by(paths))
}

/// In the order of bindings, roles and rules. What is left out is other evidence when it changes.
fn by(paths: &[Path]) -> String {
    let ways = in_order(paths).into_iter().map(Path::to_string).collect();
    at_most(ways, STEP_PATHS_MAX).join(", ")
}
