//! The namespaces that a baseline leaves alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Facts, governs};
use crate::baseline::Baseline;
use crate::model::ObjectKey;
use crate::network::Map;

/// The names of namespaces.
pub(super) type Namespaces = BTreeSet<Arc<str>>;

/// By baseline, the namespaces that it does not govern: known until a namespace comes, goes or carries other labels. A
/// flow into one of them is told where it leaves, so that every workload asks for them.
#[derive(Debug, Default)]
pub struct Ungoverned(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// How often namespaces had changed when it was found out.
    changes: u64,
    /// In the order of the baselines; none for those that nobody has asked about.
    of: Vec<Option<Arc<Namespaces>>>,
}

impl Facts<'_> {
    /// The namespaces of the map that this baseline does not govern.
    pub fn ungoverned(&self, map: &Map, baseline: &Baseline) -> Arc<Namespaces> {
        let baselines = &self.declared.baselines;
        let Some(at) = baselines.iter().position(|it| std::ptr::eq(it, baseline)) else {
            return Arc::default();
        };
        let mut known = self.ungoverned.0.lock();
        if known.changes != map.namespace_changes() || known.of.len() != baselines.len() {
            *known = Known { changes: map.namespace_changes(), of: vec![None; baselines.len()] };
        }
        Arc::clone(known.of[at].get_or_insert_with(|| Arc::new(self.find_ungoverned(map, baseline))))
    }

    fn find_ungoverned(&self, map: &Map, baseline: &Baseline) -> Namespaces {
        let is_governed = |name: &&Arc<str>| {
            let labels = self.snapshot.labels(&ObjectKey::of_namespace(Arc::clone(name)));
            governs(baseline, name, &labels.unwrap_or_default())
        };
        map.namespaces().filter(|it| !is_governed(it)).cloned().collect()
    }
}
