//! A server that hangs: in the middle of its watches, of a first list, of a page.

use plimsoll::demo::server::{Faults, Stalled};
use plimsoll::model::{Kind, Loss, Sight};

use super::rig::{Rig, now, options, pod};

const LOST: Sight = Sight::Lost(Loss::Unreachable);

#[tokio::test]
async fn a_server_that_hangs_is_lost_and_what_happened_meanwhile_is_told_once() {
    let mut rig = Rig::synced(Faults::default(), options()).await;
    rig.server.freeze();
    assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
    rig.store().put(pod("new", true), now());
    rig.pause();
    rig.until("the loss", |rig| rig.view().kinds.iter().all(|it| it.sight == LOST)).await;
    let asked = rig.asked("").len();
    rig.until("another try", |rig| rig.asked("").len() > asked + 2).await;
    assert_eq!((rig.told(), rig.standing()), (vec![], vec!["bad".to_owned(), "worse".to_owned()]));
    assert!(rig.blind().contains(&Kind::Pod));

    rig.resume();
    rig.server.thaw();
    rig.until("everything", |rig| rig.view().synced() && rig.standing() == ["new", "worse"]).await;
    let mut told = rig.told();
    told.sort_unstable();
    assert_eq!(told, ["opened new", "resolved bad"]);
}

#[tokio::test]
async fn a_server_that_hangs_for_a_moment_is_not_lost() {
    let mut rig = Rig::synced(Faults::default(), options()).await;
    rig.server.freeze();
    assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
    tokio::task::yield_now().await;
    rig.server.thaw();
    rig.until("what happened", |rig| rig.standing() == ["worse"]).await;
    assert_eq!(rig.told(), ["resolved bad"]);
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced]);
}

async fn a_stalled_list_tells_nothing(faults: Faults, shown: usize) {
    let stalled = Faults { stalled: Some(Stalled::Lists), ..faults.clone() };
    let mut rig = Rig::start(stalled, options()).await;
    let begun = |rig: &mut Rig| rig.objects(Kind::Pod) == shown && !rig.asked("").is_empty();
    rig.until("the list begins", begun).await;
    rig.pause();
    rig.until("the loss", |rig| rig.sight(Kind::Pod) == LOST).await;
    assert_eq!(rig.blind(), [Kind::Pod], "the kinds of which there is nothing are seen");
    assert_eq!((rig.told(), rig.standing()), (vec![], vec![]));

    rig.resume();
    rig.server.set_faults(faults);
    rig.until("everything", |rig| rig.view().synced()).await;
    assert_eq!(rig.told(), ["opened bad", "opened worse"]);
    assert_eq!(rig.objects(Kind::Pod), 5);
    assert_eq!(rig.sights, [Sight::Syncing, LOST, Sight::Syncing, Sight::Synced]);
}

#[tokio::test]
async fn a_first_list_that_stalls_in_the_middle_tells_nothing() {
    a_stalled_list_tells_nothing(Faults::default(), 1).await;
    a_stalled_list_tells_nothing(Faults { protobuf_refused: true, ..Faults::default() }, 1).await;
}

#[tokio::test]
async fn a_page_that_stalls_in_the_middle_tells_nothing() {
    // Nothing of a page is taken before it is whole.
    a_stalled_list_tells_nothing(Faults { watch_list_refused: true, ..Faults::default() }, 0).await;
}
