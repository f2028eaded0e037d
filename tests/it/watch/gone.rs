//! What is missed: versions that are gone, connections that are cut, servers that are down.

use jiff::SignedDuration;
use plimsoll::demo::server::Faults;
use plimsoll::model::{Kind, Loss, Sight};

use super::rig::{Rig, now, options, pod};

/// Changes what a watch that has fallen behind is not told any more.
fn change_and_forget(rig: &Rig) {
    let store = rig.store();
    assert!(store.delete(Kind::Pod, "shop", "bad"));
    assert!(store.delete(Kind::Pod, "shop", "one"));
    store.put(pod("new", true), now());
    store.compact();
}

async fn is_listed_anew(faults: Faults, cut: bool) {
    let mut rig = Rig::synced(faults, options()).await;
    // None of the tasks runs before the next wait.
    change_and_forget(&rig);
    if cut {
        rig.server.cut_connections();
    }
    rig.until("the list anew", |rig| rig.standing() == ["new", "worse"]).await;
    assert_eq!(rig.told(), ["opened new", "resolved bad"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced, Sight::Syncing, Sight::Synced]);
    assert!(rig.troubles.contains(&"expired"), "{:?}", rig.troubles);
    assert_eq!(rig.objects(Kind::Pod), 4);
    // What follows is seen as ever, and nothing is told twice.
    rig.store().put(pod("worse", false), now());
    rig.until("what comes after", |rig| rig.standing() == ["new"]).await;
    assert_eq!(rig.told(), ["resolved worse"]);
}

#[tokio::test]
async fn a_watch_that_falls_behind_is_listed_anew() {
    is_listed_anew(Faults::default(), false).await;
    is_listed_anew(Faults { protobuf_refused: true, ..Faults::default() }, false).await;
}

#[tokio::test]
async fn a_watch_that_was_cut_and_comes_too_late_is_listed_anew() {
    is_listed_anew(Faults::default(), true).await;
    is_listed_anew(Faults { protobuf_refused: true, ..Faults::default() }, true).await;
}

#[tokio::test]
async fn pages_are_listed_anew_as_well() {
    is_listed_anew(Faults { watch_list_refused: true, ..Faults::default() }, true).await;
}

#[tokio::test]
async fn a_cut_connection_misses_nothing_and_blinds_nothing() {
    let mut rig = Rig::synced(Faults::default(), options()).await;
    rig.server.cut_connections();
    assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
    rig.until("what was missed", |rig| rig.standing() == ["worse"]).await;
    assert_eq!(rig.told(), ["resolved bad"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced]);
    assert_eq!(rig.asked("sendInitialEvents").len(), 1);
}

#[tokio::test]
async fn while_a_server_is_down_nothing_opens_or_resolves() {
    for forgets in [false, true] {
        let mut rig = Rig::synced(Faults::default(), options()).await;
        rig.server.stop().await;
        let lost = Sight::Lost(Loss::Unreachable);
        rig.until("the loss", |rig| rig.view().kinds.iter().all(|it| it.sight == lost)).await;
        if forgets {
            change_and_forget(&rig);
        } else {
            assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
            rig.store().put(pod("new", true), now());
        }
        let asked = rig.asked("").len();
        rig.until("another try", |rig| rig.asked("").len() > asked + 2).await;
        assert_eq!(rig.standing(), ["bad", "worse"]);
        assert_eq!(rig.told(), [] as [&str; 0]);

        rig.server.resume().await.unwrap();
        rig.until("everything", |rig| rig.view().synced() && rig.standing() == ["new", "worse"]).await;
        let mut told = rig.told();
        told.sort_unstable();
        assert_eq!(told, ["opened new", "resolved bad"]);
        let lists = rig.asked("sendInitialEvents").len();
        assert_eq!(lists, if forgets { 2 } else { 1 }, "it is listed anew only where it must be");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing_and_tells_nothing() {
    let year = SignedDuration::from_hours(365 * 24);
    for (there, back) in [(year, -year), (-year, year)] {
        let mut rig = Rig::synced(Faults::default(), options()).await;
        rig.time += there;
        rig.server.cut_connections();
        assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
        rig.until("what was missed", |rig| rig.standing() == ["worse"]).await;
        rig.time += back;
        rig.store().put(pod("new", true), now());
        assert!(rig.store().delete(Kind::Pod, "shop", "worse"));
        rig.store().compact();
        rig.until("the list anew", |rig| rig.standing() == ["new"]).await;
        assert_eq!(rig.told(), ["resolved bad", "opened new", "resolved worse"]);
        assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced, Sight::Syncing, Sight::Synced]);
    }
}
