//! The verdict on a few objects, as if they were all that a cluster holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::baseline::Declared;
use plimsoll::checks::CHECKS;
use plimsoll::engine::Engine;
use plimsoll::model::{DEFAULT_NAMESPACE, Kind};
use plimsoll::snapshot::{Batch, Change, Intake, Snapshot};
use plimsoll::wire::{Item, Object, manifests};

/// The checks by which a cluster deviates that holds the objects of this text, and the roles that Kubernetes itself
/// makes. What is in no namespace there, or in one and cannot be, is where an API server would put it.
pub(crate) fn failing(text: &str, declared: &Arc<Declared>) -> BTreeSet<&'static str> {
    let found = manifests(text);
    assert!(found.faults.is_empty() && !found.objects.is_empty(), "{found:?}");
    let snapshot = Arc::new(Snapshot::default());
    snapshot.presume_bootstrap_roles();
    let intake = Intake::of(Arc::clone(&snapshot));
    let seen = found.objects.iter().map(|it| intake.seen(Item::Object(placed(it.decode().unwrap()))));
    let listed = Kind::ALL.map(Change::Listing).into_iter().chain(seen).chain(Kind::ALL.map(Change::Synced));
    let now = Timestamp::UNIX_EPOCH;
    let batch = Batch { seen: now, changes: listed.collect() };
    let mut engine = Engine::new(CHECKS, Arc::clone(declared), snapshot, SignedDuration::ZERO);
    engine.absorb(batch);
    engine.settle(now);
    engine.view(now).standing.values().map(|deviation| deviation.check.id).collect()
}

fn placed(mut object: Object) -> Object {
    let namespace = &mut object.metadata.namespace;
    if !object.kind.is_namespaced() {
        namespace.clear();
    } else if namespace.is_empty() {
        DEFAULT_NAMESPACE.clone_into(namespace);
    }
    object
}
