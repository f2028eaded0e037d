//! What rules found out and need not find out again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;
use parking_lot::Mutex;

use super::{Facts, governs};
use crate::baseline::Baseline;
use crate::model::ObjectKey;
use crate::network::{ClassId, Direction, Map};

/// The names of namespaces.
pub(super) type Namespaces = BTreeSet<Arc<str>>;

/// The classes of a workload's pods, each with how many.
type Endpoints = Arc<BTreeMap<ClassId, u64>>;

/// What is kept from one evaluation to the next.
#[derive(Debug, Default)]
pub struct Remembered {
    ungoverned: Mutex<Ungoverned>,
    /// Of the workload that was asked about last: several rules ask about one after the other.
    endpoints: Mutex<Option<(ObjectKey, Endpoints)>>,
    /// Many workloads may have pods of the same classes.
    verdicts: Mutex<HashMap<Asked, Option<Arc<Verdict>>, RandomState>>,
}

/// By baseline, the namespaces that it does not govern: known until a namespace comes, goes or carries other labels. A
/// flow into one of them is told where it leaves, so that every workload asks for them.
#[derive(Debug, Default)]
struct Ungoverned {
    /// How often namespaces had changed when it was found out.
    changes: u64,
    /// In the order of the baselines; none for those that nobody has asked about.
    of: Vec<Option<Arc<Namespaces>>>,
}

/// What a verdict on flows hangs on, as long as the snapshot is what it is.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    check: &'static str,
    /// Where the baseline is held.
    baseline: usize,
    direction: Direction,
    classes: Vec<ClassId>,
}

/// What is to be said of classes of pods, whichever workloads these are of.
#[derive(Debug)]
pub(super) struct Verdict {
    /// Those of the classes that it concerns.
    pub(super) classes: Vec<ClassId>,
    /// The part of a message that tells what is found.
    pub(super) found: String,
    pub(super) actual: String,
    pub(super) path: String,
    pub(super) remedy: String,
}

impl Asked {
    pub(super) fn new(
        check: &'static str,
        baseline: &Baseline,
        direction: Direction,
        endpoints: &BTreeMap<ClassId, u64>,
    ) -> Self {
        let baseline = std::ptr::from_ref(baseline).addr();
        Self { check, baseline, direction, classes: endpoints.keys().copied().collect() }
    }
}

impl Verdict {
    /// How many of these endpoints it concerns.
    pub(super) fn pods(&self, endpoints: &BTreeMap<ClassId, u64>) -> u64 {
        self.classes.iter().filter_map(|id| endpoints.get(id)).sum()
    }
}

impl Remembered {
    /// Forgets what holds only as long as the snapshot does not change.
    pub fn forget(&self) {
        *self.endpoints.lock() = None;
        *self.verdicts.lock() = HashMap::default();
    }
}

impl Facts<'_> {
    /// The namespaces of the map that this baseline does not govern.
    pub fn ungoverned(&self, map: &Map, baseline: &Baseline) -> Arc<Namespaces> {
        let baselines = &self.declared.baselines;
        let Some(at) = baselines.iter().position(|it| std::ptr::eq(it, baseline)) else {
            return Arc::default();
        };
        let mut known = self.remembered.ungoverned.lock();
        if known.changes != map.namespace_changes() || known.of.len() != baselines.len() {
            *known = Ungoverned { changes: map.namespace_changes(), of: vec![None; baselines.len()] };
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

    /// The classes of the workload's pods and of its template, each with how many pods.
    pub(super) fn endpoints(&self, map: &Map, workload: &ObjectKey) -> Endpoints {
        let mut last = self.remembered.endpoints.lock();
        match &*last {
            Some((known, endpoints)) if known == workload => Arc::clone(endpoints),
            _ => {
                let endpoints = Arc::new(self.snapshot.endpoints(map, workload));
                *last = Some((workload.clone(), Arc::clone(&endpoints)));
                endpoints
            }
        }
    }

    /// The verdict on what is asked; `judge` says it where nobody has asked before. None where there is nothing to say.
    pub(super) fn verdict(
        &self,
        asked: Asked,
        judge: impl FnOnce() -> Option<Verdict>,
    ) -> Option<Arc<Verdict>> {
        if let Some(known) = self.remembered.verdicts.lock().get(&asked) {
            return known.clone();
        }
        let verdict = judge().map(Arc::new);
        self.remembered.verdicts.lock().insert(asked, verdict.clone());
        verdict
    }
}
