//! The door of the snapshot: decoded objects become facts, with everything shared interned.

mod spec;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use bytes::Bytes;
use foldhash::quality::RandomState;

use super::change::Uid;
use super::given::{NUMBERED_MAX, complete};
use super::store::Name;
use super::{
    Addresses, Change, Controller, Facts, Interner, PodTemplate, Profile, Rights, SeLinux, Snapshot,
};
use crate::model::{Actor, Kind, Labels, ObjectKey, ObjectKind, Operation, tame, tame_name};
use crate::network::{Fault, Policy};
use crate::rbac::{Binding, Role};
use crate::wire::{
    Content, DecodeError, Encoding, Item, Manager, Object, Outline, OwnerReference, Pods, decode_item,
};

/// Interns what objects share. The watch calls it as it decodes, so that nothing larger than facts waits
/// in a queue.
#[derive(Debug, Default)]
pub struct Intake {
    /// Where facts are that need not be decoded again.
    snapshot: Arc<Snapshot>,
    /// Keyed by chance, so that nobody can make two specs that hash alike.
    pub(super) hashes: RandomState,
    names: Interner<str>,
    labels: Interner<Labels>,
    controllers: Interner<Controller>,
    templates: Interner<PodTemplate>,
    profiles: Interner<Profile>,
    se_linux: Interner<SeLinux>,
    world: World,
    /// Where every object goes besides, where somebody keeps them.
    originals: Option<SyncSender<Original>>,
}

/// An object as it was decoded.
#[derive(Debug)]
pub struct Original {
    /// What the snapshot has it by.
    pub key: ObjectKey,
    pub object: Object,
}

/// Whether there may be more than what is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum World {
    /// What is not shown yet may be there: names tell what it is.
    #[default]
    Open,
    /// What is not shown is not there.
    Closed,
}

/// The label by which a Deployment tells the pods of its `ReplicaSets` apart.
const POD_TEMPLATE_HASH: &str = "pod-template-hash";

/// A `CronJob` ends the names of its `Job`s with the minutes from 1970 to the scheduled time. These are the
/// years from 2017 to 2160; a date such as 20260131, with which people end names, is not among them.
const SCHEDULED_MINUTES: RangeInclusive<u64> = 25_000_000..=99_999_999;

impl Intake {
    /// The door of this snapshot.
    pub fn of(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, ..Self::default() }
    }

    /// Closes the world, as for files: what these do not hold is not there, so that nothing is concluded from how a
    /// controller is called.
    pub fn close(&mut self) {
        self.world = World::Closed;
    }

    /// Has every object handed over as it was decoded, before it becomes facts. Whoever decodes waits while the queue is
    /// full.
    #[must_use]
    pub fn keeping(self, originals: SyncSender<Original>) -> Self {
        Self { originals: Some(originals), ..self }
    }

    /// What was listed, added or modified, as it came. A pod of which nothing but its status has changed is
    /// recalled rather than decoded.
    pub fn admit(&self, kind: Kind, encoding: Encoding, object: Bytes) -> Result<Change, DecodeError> {
        let outline = match (kind, encoding) {
            (Kind::Pod, Encoding::Protobuf) => Outline::of(&object),
            _ => None,
        };
        let fingerprint = outline.as_ref().map_or(0, |outline| outline.fingerprint(&self.hashes));
        if let Some(facts) = outline.and_then(|outline| self.recall(&outline, fingerprint)) {
            return Ok(Change::Seen(facts));
        }
        let mut change = self.seen(decode_item(kind, encoding, object)?);
        if let Change::Seen(facts) = &mut change {
            facts.fingerprint = fingerprint;
        }
        Ok(change)
    }

    /// What was listed, added or modified.
    pub fn seen(&self, item: Item) -> Change {
        match item {
            Item::Object(object) => {
                let original = self.originals.as_ref().map(|keeper| (keeper, object.clone()));
                let change = self.seen_object(object);
                if let Some((keeper, object)) = original
                    && let Some(key) = change.key()
                {
                    // Whoever keeps no more has said why himself.
                    let _gone = keeper.send(Original { key, object });
                }
                change
            }
            Item::Unreadable(item) => Change::Unreadable {
                kind: item.kind,
                namespace: self.names.intern(item.namespace),
                name: self.name(item.kind, item.name),
                error: item.error,
            },
        }
    }

    /// A policy that no API server would accept cannot be read.
    fn seen_object(&self, object: Object) -> Change {
        let Content::Policy(spec) = &object.content else { return Change::Seen(self.facts(object)) };
        match Policy::compile(spec) {
            Ok(policy) => Change::Seen(Facts { policy: Some(Arc::new(policy)), ..self.facts(object) }),
            Err(faults) => Change::Unreadable {
                kind: object.kind,
                namespace: self.names.intern(object.metadata.namespace),
                name: self.name(object.kind, object.metadata.name),
                error: faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; "),
            },
        }
    }

    /// What was deleted.
    pub fn deleted(&self, item: Item) -> Change {
        let (kind, namespace, name) = match item {
            Item::Object(object) => (object.kind, object.metadata.namespace, object.metadata.name),
            Item::Unreadable(item) => (item.kind, item.namespace, item.name),
        };
        Change::Deleted { kind, namespace: self.names.intern(namespace), name: self.name(kind, name) }
    }

    /// Frees what no object shares any more. It costs in proportion to the distinct values held.
    pub fn sweep(&self) {
        // Templates hold profiles, and all of these hold names: whatever holds goes first.
        self.templates.sweep();
        self.profiles.sweep();
        self.se_linux.sweep();
        self.labels.sweep();
        self.controllers.sweep();
        self.names.sweep();
    }

    /// How many distinct templates, label sets, controllers and names are held.
    pub fn distinct(&self) -> [usize; 4] {
        [self.templates.len(), self.labels.len(), self.controllers.len(), self.names.len()]
    }

    /// What is known of an object.
    pub fn facts(&self, object: Object) -> Facts {
        let actor = object.metadata.last_manager().and_then(|it| self.actor(&it));
        let metadata = object.metadata;
        let namespace = self.names.intern(metadata.namespace);
        let controller = metadata
            .owner_references
            .iter()
            .find(|owner| owner.controller == Some(true) && !is_node(owner))
            .map(|owner| self.controller(owner, &namespace, &metadata.labels));
        let name = self.name(object.kind, metadata.name);
        let labels = self.label_set(&metadata.labels);
        let facts = Facts {
            kind: object.kind,
            uid: Uid::new(&metadata.uid),
            resource_version: metadata.resource_version.parse().unwrap_or(0),
            labels,
            controller,
            template: None,
            replicas: 1,
            first_ordinal: 0,
            pod_labels: None,
            finished: false,
            addresses: Addresses::default(),
            rights: None,
            policy: None,
            ranges: Vec::new(),
            actor,
            fingerprint: 0,
            namespace,
            name,
        };
        self.with_content(facts, object.content)
    }

    /// The facts with what the object says besides its metadata.
    fn with_content(&self, facts: Facts, content: Content) -> Facts {
        let key = || ObjectKey {
            kind: ObjectKind::Watched(facts.kind),
            namespace: Arc::clone(&facts.namespace),
            name: Arc::clone(&facts.name),
        };
        match content {
            // What a policy says was compiled at the door.
            Content::Nothing | Content::Policy(_) => facts,
            Content::Pods(pods) => self.with_pods(facts, &pods),
            Content::Role(role) => {
                let role = Arc::new(Role::new(&key(), role));
                Facts { rights: Some(Rights::Role(role)), ..facts }
            }
            Content::Binding(binding) => {
                let binding = Binding::new(key(), &binding).sharing(|name| self.names.intern(name));
                Facts { rights: Some(Rights::Binding(Arc::new(binding))), ..facts }
            }
            Content::Ranges(ranges) => Facts { ranges, ..facts },
        }
    }

    fn with_pods(&self, facts: Facts, pods: &Pods) -> Facts {
        let pod_labels = match facts.kind {
            Kind::Pod => Arc::clone(&facts.labels),
            kind => self.label_set(&complete(pods.labels.clone(), kind, &facts.name, &facts.uid.to_string())),
        };
        // Those of a StatefulSet have names by which they are told apart.
        let told_apart = if facts.kind == Kind::StatefulSet { NUMBERED_MAX } else { 1 };
        let replicas = pods.replicas.unwrap_or(1).min(u16::from(told_apart));
        Facts {
            replicas: u8::try_from(replicas).unwrap_or(told_apart),
            first_ordinal: pods.first_ordinal,
            template: Some(self.template(&pods.spec, &pods.profile_annotations)),
            pod_labels: Some(pod_labels),
            finished: pods.is_over || pods.status.as_ref().is_some_and(|status| status.is_finished()),
            addresses: Addresses::read(pods.status.iter().flat_map(|status| status.addresses())),
            ..facts
        }
    }

    pub(super) fn recall(&self, outline: &Outline, fingerprint: u64) -> Option<Facts> {
        let namespace = self.names.intern(outline.namespace());
        let name = Name { namespace, name: outline.name().into() };
        self.snapshot.recall(name, fingerprint, outline.resource_version())
    }

    /// The name of an object as its key has it. Roles and bindings may be called anything that a path can hold, and
    /// what names a service account may be anything at all. What bindings name shares its name with them, so that
    /// whoever compares the two need not read them.
    fn name(&self, kind: Kind, name: String) -> Arc<str> {
        match kind {
            Kind::ServiceAccount | Kind::Role | Kind::ClusterRole => self.names.intern(&*tame_name(&name)),
            Kind::RoleBinding | Kind::ClusterRoleBinding => (*tame_name(&name)).into(),
            _ => name.into(),
        }
    }

    /// None where the manager has no name, or wrote in a way that Kubernetes does not know.
    fn actor(&self, last: &Manager<'_>) -> Option<Actor> {
        let operation = Operation::parse(&last.operation)?;
        let via = self.names.intern(&*tame_name(&last.manager));
        (!via.is_empty()).then_some(Actor { via, operation, time: last.time })
    }

    fn controller(
        &self,
        owner: &OwnerReference,
        namespace: &Arc<str>,
        labels: &BTreeMap<String, String>,
    ) -> Arc<Controller> {
        let [api_version, kind, name] = [&owner.api_version, &owner.kind, &owner.name].map(|it| tame(it));
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let key = ObjectKey {
            kind: ObjectKind::new(group, &kind),
            namespace: Arc::clone(namespace),
            name: self.names.intern(&*name),
        };
        let guessed = (self.world == World::Open).then(|| implied(&key, labels)).flatten();
        let implied = guessed.map(|(kind, name)| ObjectKey {
            kind: ObjectKind::Watched(kind),
            namespace: Arc::clone(namespace),
            name: self.names.intern(name),
        });
        self.controllers.intern(Controller {
            key,
            version: self.names.intern(version),
            uid: Uid::new(&owner.uid),
            implied,
        })
    }

    fn label_set(&self, labels: &BTreeMap<String, String>) -> Arc<Labels> {
        let pair = |(key, value): (&String, &String)| {
            (self.names.intern(key.as_str()), self.names.intern(value.as_str()))
        };
        self.labels.intern(labels.iter().map(pair).collect::<Labels>())
    }
}

/// What controls an object's controller, by how Kubernetes names what it makes.
fn implied<'a>(controller: &'a ObjectKey, labels: &BTreeMap<String, String>) -> Option<(Kind, &'a str)> {
    let (kind, name) = match controller.kind {
        ObjectKind::Watched(Kind::ReplicaSet) => {
            let hash = labels.get(POD_TEMPLATE_HASH)?;
            (Kind::Deployment, controller.name.strip_suffix(hash.as_str())?.strip_suffix('-')?)
        }
        ObjectKind::Watched(Kind::Job) => {
            let (name, minutes) = controller.name.rsplit_once('-')?;
            let digits = minutes.bytes().all(|byte| byte.is_ascii_digit());
            let scheduled = digits && SCHEDULED_MINUTES.contains(&minutes.parse().ok()?);
            (Kind::CronJob, scheduled.then_some(name)?)
        }
        _ => return None,
    };
    (!name.is_empty()).then_some((kind, name))
}

/// Whether a pod's owner is its node, as a mirror pod's is: such a pod has no workload above it.
fn is_node(owner: &OwnerReference) -> bool {
    owner.kind == "Node" && owner.api_version == "v1"
}

#[cfg(test)]
mod tests;
