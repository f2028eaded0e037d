//! Lists that are read by pages, while the cluster changes under them.

use plimsoll::demo::server::{Faults, Stalled};
use plimsoll::model::{Kind, Sight};

use super::rig::{Rig, now, options, pod};

/// A server that does not stream first lists.
fn paging() -> Faults {
    Faults { watch_list_refused: true, ..Faults::default() }
}

/// The same, while no page but the first is answered.
fn holding() -> Faults {
    Faults { stalled: Some(Stalled::FurtherPages), ..paging() }
}

/// Changes what the first page has shown, what the others have yet to show, and what they never will.
fn change(rig: &Rig) {
    let store = rig.store();
    assert!(store.delete(Kind::Pod, "shop", "bad"));
    store.put(pod("one", true), now());
    assert!(store.delete(Kind::Pod, "shop", "worse"));
    store.put(pod("zealous", true), now());
}

/// Waits until a page after the first is asked for, which is then the one that waits.
async fn until_between_pages(rig: &mut Rig) {
    rig.until("the first page", |rig| rig.asked("continue=").len() == 1 && rig.objects(Kind::Pod) > 0).await;
}

#[tokio::test]
async fn what_changes_while_a_list_is_paged_is_told_as_it_happened() {
    let mut rig = Rig::start(holding(), options()).await;
    until_between_pages(&mut rig).await;
    change(&rig);
    assert_eq!((rig.told(), rig.standing()), (vec![], vec![]));
    rig.server.set_faults(paging());
    rig.until("everything", |rig| rig.view().synced() && rig.standing() == ["one", "zealous"]).await;
    let mut told = rig.told();
    // The pages are all of one moment, and what came after it was watched.
    assert_eq!(told[..2], ["opened bad", "opened worse"]);
    told[2..].sort_unstable();
    assert_eq!(told[2..], ["opened one", "opened zealous", "resolved bad", "resolved worse"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced]);
    assert_eq!(rig.asked("limit=2").len(), 3, "the list was read once");
}

#[tokio::test]
async fn a_first_list_whose_token_expires_begins_anew() {
    let mut rig = Rig::start(holding(), options()).await;
    until_between_pages(&mut rig).await;
    change(&rig);
    rig.store().compact();
    rig.server.set_faults(paging());
    rig.until("everything", |rig| rig.view().synced()).await;
    // What was gone before anything was judged never stood.
    assert_eq!(rig.told(), ["opened one", "opened zealous"]);
    assert_eq!((rig.standing(), rig.objects(Kind::Pod)), (vec!["one".to_owned(), "zealous".to_owned()], 4));
    assert_eq!(rig.troubles, ["watch-list-refused", "expired"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced]);
}

#[tokio::test]
async fn a_list_anew_whose_token_expires_begins_once_more_and_tells_what_was_missed_once() {
    let mut rig = Rig::synced(paging(), options()).await;
    rig.look_anew();
    let lists = rig.asked("limit=2").len();
    rig.server.set_faults(holding());
    assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
    rig.store().compact();
    rig.server.cut_connections();
    rig.until("a page of the list anew", |rig| rig.asked("continue=").len() == 3).await;
    assert!(rig.store().delete(Kind::Pod, "shop", "worse"));
    rig.store().put(pod("one", true), now());
    rig.store().compact();
    let standing = ["bad".to_owned(), "worse".to_owned()];
    assert_eq!((rig.told(), rig.standing()), (vec![], standing.to_vec()), "it stands while it is not seen");

    rig.server.set_faults(paging());
    rig.until("everything", |rig| rig.view().synced() && rig.standing() == ["one"]).await;
    let mut told = rig.told();
    told.sort_unstable();
    assert_eq!(told, ["opened one", "resolved bad", "resolved worse"]);
    assert_eq!(rig.sights, [Sight::Synced, Sight::Syncing, Sight::Synced]);
    assert_eq!(rig.troubles.iter().filter(|it| **it == "expired").count(), 2, "{:?}", rig.troubles);
    // Two pages of the list that expired, and two of the one that did not: three pods are left.
    assert_eq!(rig.asked("limit=2").len() - lists, 4);
}
