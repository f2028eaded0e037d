//! Which pods belong to which workload.
//!
//! Pods are counted by their direct controller and their template. A `ReplicaSet` and a `Job` stand between
//! pods and the workload that people wrote, so that what they control rolls up to their own controller,
//! known or not; every other controller is the workload itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::store::{Name, Record};
use super::{Controller, PodTemplate, Snapshot, Table};
use crate::model::{Kind, ObjectKey, ObjectKind, Scope};

/// The indexes from controllers to their pods.
#[derive(Debug, Default)]
pub(super) struct Membership {
    /// The pods of each direct controller.
    groups: Table<ObjectKey, Vec<Members>>,
    /// The direct controllers whose pods roll up to a workload.
    parts: Table<ObjectKey, Vec<ObjectKey>>,
    /// The `ReplicaSets` and `Job`s that name a controller, by that controller.
    children: Table<ObjectKey, Vec<ObjectKey>>,
}

/// Pods that share their controller and their template.
#[derive(Debug, Clone)]
pub(super) struct Members {
    pub(super) controller: Arc<Controller>,
    pub(super) template: Arc<PodTemplate>,
    pub(super) pods: u64,
}

impl Snapshot {
    pub(super) fn pod_moved(
        &self,
        name: &Name,
        old: Option<&Record>,
        new: Option<&Record>,
        touched: &mut Vec<Scope>,
    ) {
        if let Some(new) = new {
            touched.push(Scope::Object(self.join(name, new)));
        }
        if let Some(old) = old {
            touched.push(Scope::Object(self.leave(name, old)));
        }
        // A pod may itself be named as a controller.
        let key = name.key(Kind::Pod);
        if self.membership.parts.contains_key(&key) || self.membership.children.contains_key(&key) {
            touched.push(Scope::Object(key));
        }
    }

    pub(super) fn workload_moved(
        &self,
        kind: Kind,
        name: &Name,
        old: Option<&Record>,
        new: Option<&Record>,
        touched: &mut Vec<Scope>,
    ) {
        let key = name.key(kind);
        if is_intermediate(&key.kind) {
            self.reroute(&key, old, new, touched);
            self.adopt(&key, old, new, touched);
        }
        // Its own template counts for itself, before and after.
        touched.push(Scope::Object(key));
    }

    /// Whether pods roll up to the object.
    pub(super) fn has_members(&self, key: &ObjectKey) -> bool {
        self.membership.parts.contains_key(key)
    }

    /// The workload that the pods of a controller roll up to.
    pub(super) fn top(&self, controller: &Controller) -> ObjectKey {
        top_through(controller, self.record(&controller.key).as_ref())
    }

    /// The pods that roll up to a workload.
    pub(super) fn members(&self, workload: &ObjectKey) -> Vec<Members> {
        let mut members = Vec::new();
        self.each_member(workload, |it| members.push(it.clone()));
        members
    }

    /// Visits the pods that roll up to a workload.
    pub(super) fn each_member(&self, workload: &ObjectKey, mut visit: impl FnMut(&Members)) {
        let Some(parts) = self.membership.parts.get(workload) else { return };
        for part in parts.iter() {
            let Some(group) = self.membership.groups.get(part) else { continue };
            let here = group.iter().filter(|it| self.top(&it.controller) == *workload);
            here.for_each(&mut visit);
        }
    }

    /// The `ReplicaSets` and `Job`s that stand for a controller which is not there itself: those that are not
    /// scaled down. No template of its own says what its pods will be.
    pub(super) fn stand_ins(&self, controller: &ObjectKey) -> Vec<Record> {
        let children = self.children_of(controller);
        if children.is_empty() || self.record(controller).is_some() {
            return Vec::new();
        }
        children.iter().filter_map(|child| self.record(child)).filter(|it| !it.is_scaled_down()).collect()
    }

    /// The `ReplicaSets` and `Job`s that name the object as their controller.
    pub(super) fn children_of(&self, controller: &ObjectKey) -> Vec<ObjectKey> {
        self.membership.children.get(controller).map(|it| it.clone()).unwrap_or_default()
    }

    /// The direct controllers of the pods that roll up to a workload.
    pub(super) fn parts_of(&self, workload: &ObjectKey) -> Vec<ObjectKey> {
        self.membership.parts.get(workload).map(|it| it.clone()).unwrap_or_default()
    }

    /// The workloads that the pods of a direct controller roll up to.
    pub(super) fn tops_of_members(&self, controller: &ObjectKey) -> BTreeSet<ObjectKey> {
        let group = self.membership.groups.get(controller);
        group.iter().flat_map(|it| it.iter()).map(|it| self.top(&it.controller)).collect()
    }

    fn join(&self, name: &Name, pod: &Record) -> ObjectKey {
        let (Some(controller), Some(template)) = (&pod.controller, &pod.template) else {
            return name.key(Kind::Pod);
        };
        let mut group = self.membership.groups.entry(controller.key.clone()).or_default();
        let same = group.iter_mut().find(|it| it.controller == *controller && it.template == *template);
        if let Some(members) = same {
            members.pods += 1;
        } else {
            let (controller, template) = (Arc::clone(controller), Arc::clone(template));
            group.push(Members { controller, template, pods: 1 });
        }
        drop(group);
        let top = self.top(controller);
        self.membership.add_part(&top, &controller.key);
        top
    }

    fn leave(&self, name: &Name, pod: &Record) -> ObjectKey {
        let (Some(controller), Some(template)) = (&pod.controller, &pod.template) else {
            return name.key(Kind::Pod);
        };
        let top = self.top(controller);
        let Some(mut group) = self.membership.groups.get_mut(&controller.key) else { return top };
        if let Some(at) = group.iter().position(|it| it.controller == *controller && it.template == *template)
        {
            group[at].pods -= 1;
            if group[at].pods == 0 {
                group.swap_remove(at);
            }
        }
        let record = self.record(&controller.key);
        let still = group.iter().any(|it| top_through(&it.controller, record.as_ref()) == top);
        let empty = group.is_empty();
        drop(group);
        if !still {
            self.membership.remove_part(&top, &controller.key);
        }
        if empty {
            self.membership.groups.remove(&controller.key);
        }
        top
    }

    /// Keeps the children of controllers in step with a `ReplicaSet` or `Job` that came, changed or went.
    fn adopt(&self, key: &ObjectKey, old: Option<&Record>, new: Option<&Record>, touched: &mut Vec<Scope>) {
        let controller = |record: &Record| record.controller.as_ref().map(|it| it.key.clone());
        let (before, after) = (old.and_then(controller), new.and_then(controller));
        if let Some(before) = before {
            remove(&self.membership.children, &before, key);
            touched.push(Scope::Object(before));
        }
        if let Some(after) = after {
            add(&self.membership.children, &after, key);
            touched.push(Scope::Object(after));
        }
    }

    /// Moves the pods of a `ReplicaSet` or `Job` to where they roll up now that it came, changed or went.
    fn reroute(&self, key: &ObjectKey, old: Option<&Record>, new: Option<&Record>, touched: &mut Vec<Scope>) {
        let group = self.membership.groups.get(key).map(|group| group.clone()).unwrap_or_default();
        for members in &group {
            let before = top_through(&members.controller, old);
            let after = top_through(&members.controller, new);
            if before != after {
                self.membership.remove_part(&before, key);
                touched.push(Scope::Object(before));
            }
        }
        // Members of one group may part ways, so all of them are added after all were removed.
        for members in &group {
            let after = top_through(&members.controller, new);
            self.membership.add_part(&after, key);
            touched.push(Scope::Object(after));
        }
    }
}

impl Membership {
    fn add_part(&self, workload: &ObjectKey, part: &ObjectKey) {
        add(&self.parts, workload, part);
    }

    fn remove_part(&self, workload: &ObjectKey, part: &ObjectKey) {
        remove(&self.parts, workload, part);
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.parts.is_empty() && self.children.is_empty()
    }
}

/// Adds one below another, once.
fn add(below: &Table<ObjectKey, Vec<ObjectKey>>, key: &ObjectKey, it: &ObjectKey) {
    let mut keys = below.entry(key.clone()).or_default();
    if !keys.contains(it) {
        keys.push(it.clone());
    }
}

fn remove(below: &Table<ObjectKey, Vec<ObjectKey>>, key: &ObjectKey, it: &ObjectKey) {
    if let Some(mut keys) = below.get_mut(key) {
        keys.retain(|known| known != it);
    }
    below.remove_if(key, |_, keys| keys.is_empty());
}

/// Whether what the kind controls belongs to its own controller.
pub(super) fn is_intermediate(kind: &ObjectKind) -> bool {
    matches!(kind, ObjectKind::Watched(Kind::ReplicaSet | Kind::Job))
}

/// The workload above a controller, given what is known of the controller itself.
fn top_through(controller: &Controller, known: Option<&Record>) -> ObjectKey {
    if !is_intermediate(&controller.key.kind) {
        return controller.key.clone();
    }
    let above = match known {
        Some(record) => record.controller.as_ref().map(|it| &it.key),
        None => controller.implied.as_ref(),
    };
    above.unwrap_or(&controller.key).clone()
}
