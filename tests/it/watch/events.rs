//! What happens after the first list.

use std::time::Duration;

use plimsoll::demo::server::Faults;
use plimsoll::model::{Kind, Sight};
use plimsoll::watch::Options;

use super::rig::{Rig, now, options, pod};

async fn seen_as_they_happen(faults: Faults) {
    let mut rig = Rig::synced(faults, options()).await;
    rig.store().put(pod("new", true), now());
    rig.until("what is added", |rig| rig.standing() == ["bad", "new", "worse"]).await;
    rig.store().put(pod("bad", false), now());
    rig.until("what is changed", |rig| rig.standing() == ["new", "worse"]).await;
    assert!(rig.store().delete(Kind::Pod, "shop", "worse"));
    rig.until("what is deleted", |rig| rig.standing() == ["new"]).await;
    assert_eq!(rig.told(), ["opened new", "resolved bad", "resolved worse"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced]);
    assert_eq!(rig.objects(Kind::Pod), 5);
}

#[tokio::test]
async fn events_are_seen_in_protobuf() {
    seen_as_they_happen(Faults::default()).await;
}

#[tokio::test]
async fn events_are_seen_in_json() {
    seen_as_they_happen(Faults { protobuf_refused: true, ..Faults::default() }).await;
}

#[tokio::test]
async fn events_are_seen_after_a_list_by_pages() {
    seen_as_they_happen(Faults { watch_list_refused: true, ..Faults::default() }).await;
}

#[tokio::test]
async fn a_watch_that_ends_goes_on_from_its_last_bookmark() {
    let options = Options { lifetime: Duration::from_secs(1), ..options() };
    let mut rig = Rig::synced(Faults::default(), options).await;
    // The version of the first list is forgotten. That it can be gone on from is in the bookmark alone, with
    // which the server ends the watch.
    rig.store().compact();
    let from = format!("resourceVersion={}", rig.store().version());
    rig.until("a watch from the bookmark", |rig| !rig.asked(&from).is_empty()).await;
    rig.store().put(pod("new", true), now());
    rig.until("what comes after", |rig| rig.standing() == ["bad", "new", "worse"]).await;
    assert_eq!(rig.told(), ["opened new"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced]);
    assert_eq!(rig.troubles, [] as [&str; 0]);
    assert_eq!(rig.asked("sendInitialEvents").len(), 1);
}
