//! A workload as pod checks see it: its templates, and how many pods run each.

use std::sync::Arc;

use super::membership::{Members, is_intermediate};
use super::store::Record;
use super::{Controller, PodTemplate, Snapshot};
use crate::model::{Kind, Labels, ObjectKey, ObjectKind, ObjectRef};

/// A workload with its pods, or a pod that has no workload above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    pub object: ObjectRef,
    /// Its own template and those that its pods were made from, each once, with the number of pods.
    pub templates: Vec<(Arc<PodTemplate>, u64)>,
}

impl Snapshot {
    /// The workload of this key; none if neither it nor a pod of it is there.
    ///
    /// The template of a `ReplicaSet` or `Job` that has a controller counts for that controller, and only where
    /// the controller is not there itself: what runs of it is seen in its pods, and what is scaled down is history.
    pub fn workload(&self, key: &ObjectKey) -> Option<Workload> {
        let record = self.record(key);
        let mut templates: Vec<(Arc<PodTemplate>, u64)> = Vec::new();
        if let Some((template, pods)) = record.as_ref().and_then(|record| own_template(key, record)) {
            templates.push((template, pods));
        }
        let members = self.members(key);
        for it in &members {
            match templates.iter_mut().find(|(template, _)| *template == it.template) {
                Some((_, pods)) => *pods += it.pods,
                None => templates.push((Arc::clone(&it.template), it.pods)),
            }
        }
        let stand_ins = self.stand_ins(key);
        for template in stand_ins.iter().filter_map(|it| it.template.as_ref()) {
            if !templates.iter().any(|(known, _)| known == template) {
                templates.push((Arc::clone(template), 0));
            }
        }
        if templates.is_empty() {
            return None;
        }
        // Groups are held in the order of arrival; the verdict must not depend on it.
        templates.sort();
        let object = match &record {
            Some(record) => object_ref(key, record),
            None => self.unseen_ref(key, &members, &stand_ins),
        };
        Some(Workload { object, templates })
    }

    /// The labels of the pods of the object of this key: its own, if it is a pod, else those of its template. None where
    /// it is not there itself, or has no pods.
    pub fn pod_labels(&self, key: &ObjectKey) -> Option<Arc<Labels>> {
        self.record(key)?.pod_labels
    }

    /// A workload that is known by what names it as its controller alone, as evidence.
    fn unseen_ref(&self, key: &ObjectKey, members: &[Members], stand_ins: &[Record]) -> ObjectRef {
        let (version, uid) = match self.as_owner(key, members, stand_ins) {
            Some(owner) => (Arc::clone(&owner.version), owner.uid.to_string().into()),
            None => (version_of(key), "".into()),
        };
        ObjectRef { key: key.clone(), version, uid, resource_version: "".into() }
    }

    /// Whether anything is known to be there under this key.
    pub fn is_there(&self, key: &ObjectKey) -> bool {
        self.is_workload(key)
            || self.grants().powers_of(key).is_some()
            || self.is_on_node(key)
            || self.record(key).is_some()
            || self.unreadable(key).is_some()
    }

    /// Whether [`Snapshot::workload`] has an answer.
    pub(super) fn is_workload(&self, key: &ObjectKey) -> bool {
        let own = || self.record(key).is_some_and(|record| own_template(key, &record).is_some());
        self.has_members(key) || own() || !self.stand_ins(key).is_empty()
    }

    /// Visits the templates that [`Snapshot::workload`] tells of, some of them perhaps more than once.
    pub(super) fn each_template(&self, key: &ObjectKey, mut visit: impl FnMut(&PodTemplate)) {
        if let Some((template, _)) = self.record(key).and_then(|record| own_template(key, &record)) {
            visit(&template);
        }
        self.each_member(key, |members| visit(&members.template));
        for template in self.stand_ins(key).iter().filter_map(|it| it.template.as_ref()) {
            visit(template);
        }
    }

    /// What the owner references below a workload say of it: those of its pods, or of what stands between.
    fn as_owner(
        &self,
        key: &ObjectKey,
        members: &[Members],
        stand_ins: &[Record],
    ) -> Option<Arc<Controller>> {
        let above = |it: &Members| self.record(&it.controller.key).and_then(|record| record.controller);
        let direct = members.iter().map(|it| Arc::clone(&it.controller));
        let named = stand_ins.iter().filter_map(|it| it.controller.clone());
        let owners = direct.chain(members.iter().filter_map(above)).chain(named).filter(|it| it.key == *key);
        // They may differ while the workload is made anew; the answer must not depend on the order of arrival.
        owners.min_by(|a, b| (&a.version, &a.uid).cmp(&(&b.version, &b.uid)))
    }
}

/// What is held of an object, as evidence.
pub(super) fn object_ref(key: &ObjectKey, record: &Record) -> ObjectRef {
    let resource_version = match record.resource_version {
        0 => Arc::default(),
        number => number.to_string().into(),
    };
    ObjectRef {
        key: key.clone(),
        version: version_of(key),
        uid: record.uid.to_string().into(),
        resource_version,
    }
}

/// The template that an object brings itself, and how many pods it accounts for by itself.
fn own_template(key: &ObjectKey, record: &Record) -> Option<(Arc<PodTemplate>, u64)> {
    let pods = match key.kind {
        ObjectKind::Watched(Kind::Pod) => 1,
        _ => 0,
    };
    let belongs_above = record.controller.is_some() && (pods == 1 || is_intermediate(&key.kind));
    let template = record.template.as_ref().filter(|_| !belongs_above)?;
    Some((Arc::clone(template), pods))
}

fn version_of(key: &ObjectKey) -> Arc<str> {
    match key.kind {
        ObjectKind::Watched(kind) => kind.version().into(),
        _ => "".into(),
    }
}
