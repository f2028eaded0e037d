//! What goes when objects come: pods of which their workload would be another one.

use std::collections::HashSet;
use std::sync::Arc;

use super::store::Name;
use super::{Change, Facts, Snapshot};
use crate::model::{Kind, ObjectKey, ObjectKind};

impl Snapshot {
    /// The deletion of each pod that would be replaced, or would go, if these objects came: a workload among them says
    /// other things of its pods than the one that is held, or wants none.
    pub fn displaced_by<'a>(&self, coming: impl Iterator<Item = &'a Facts>) -> Vec<Change> {
        let workloads: HashSet<ObjectKey> = coming.filter_map(|facts| self.made_anew(facts)).collect();
        if workloads.is_empty() {
            return Vec::new();
        }
        let mut pods = self.records(Kind::Pod);
        pods.retain(|(_, pod)| pod.controller.as_ref().is_some_and(|it| workloads.contains(&self.top(it))));
        let deleted = |(Name { namespace, name }, _)| Change::Deleted { kind: Kind::Pod, namespace, name };
        pods.into_iter().map(deleted).collect()
    }

    /// The key of the workload, if it says other things of its pods than what is held, or wants none.
    fn made_anew(&self, facts: &Facts) -> Option<ObjectKey> {
        if !facts.kind.has_pods() || facts.kind == Kind::Pod {
            return None;
        }
        let key = ObjectKey {
            kind: ObjectKind::Watched(facts.kind),
            namespace: Arc::clone(&facts.namespace),
            name: Arc::clone(&facts.name),
        };
        let same = self.record(&key).is_some_and(|held| {
            held.template == facts.template && held.pod_labels == facts.pod_labels && facts.replicas > 0
        });
        (!same).then_some(key)
    }
}
