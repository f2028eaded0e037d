//! What the server refuses, and how it breaks.

use std::collections::BTreeSet;
use std::time::Duration;

use plimsoll::demo::server::{ErrorCode, Faults, ServerError};
use plimsoll::model::{Kind, KindView, Loss, Sight};
use plimsoll::watch::Options;
use tokio::time::Instant;

use super::rig::{Rig, namespace, now, options, pod};

fn forbidden(kind: Kind) -> Faults {
    Faults { forbidden: BTreeSet::from([kind]), ..Faults::default() }
}

#[tokio::test]
async fn a_forbidden_kind_blinds_its_checks_until_it_is_allowed() {
    let mut rig = Rig::start(forbidden(Kind::CronJob), options()).await;
    let settled = |rig: &mut Rig| {
        let kinds = rig.view().kinds;
        let synced = kinds.iter().filter(|it| it.sight == Sight::Synced).count();
        synced == Kind::ALL.len() - 1 && rig.sight(Kind::CronJob) == Sight::Lost(Loss::Forbidden)
    };
    rig.until("all kinds but one", settled).await;
    assert_eq!(rig.blind(), [Kind::CronJob]);
    // The other kinds go on.
    rig.store().put(pod("new", true), now());
    rig.until("a new pod", |rig| rig.objects(Kind::Pod) == 6).await;
    assert_eq!((rig.told(), rig.standing()), (vec![], vec![]));
    rig.server.set_faults(Faults::default());
    rig.until("the forbidden kind", |rig| rig.view().synced()).await;
    assert_eq!(rig.told(), ["opened bad", "opened new", "opened worse"]);
}

#[tokio::test]
async fn a_forbidden_kind_that_a_check_does_not_need_leaves_it_be() {
    let unlabelled = |rig: &mut Rig| {
        let standing = rig.view().standing;
        standing.values().filter(|it| it.check.id == "pod-security/admission-label").count()
    };
    let mut rig = Rig::start(forbidden(Kind::CronJob), options()).await;
    rig.until("the refusal", |rig| rig.sight(Kind::CronJob) == Sight::Lost(Loss::Forbidden)).await;
    for (name, count) in [("shop", 1), ("payments", 2)] {
        rig.store().put(namespace(name), now());
        rig.until("a namespace without label", |rig| unlabelled(rig) == count).await;
    }
    assert_eq!(rig.blind(), [Kind::CronJob], "the checks of pods need it");
}

#[tokio::test]
async fn a_right_that_is_lost_is_noticed_when_the_watch_ends() {
    let options = Options { lifetime: Duration::from_secs(1), ..options() };
    let mut rig = Rig::synced(Faults::default(), options).await;
    rig.until("a watch anew", |rig| rig.asked("resourceVersion=").len() > 1).await;
    assert_eq!(rig.sights, [Sight::Syncing, Sight::Synced], "to end is not to be lost");
    rig.server.set_faults(forbidden(Kind::Pod));
    rig.until("the loss", |rig| rig.sight(Kind::Pod) == Sight::Lost(Loss::Forbidden)).await;
    assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
    let asked = rig.asked("").len();
    rig.until("another try", |rig| rig.asked("").len() > asked + 2).await;
    assert_eq!((rig.told(), rig.blind()), (vec![], vec![Kind::Pod]));
    rig.server.set_faults(Faults::default());
    rig.until("what was missed", |rig| rig.standing() == ["worse"]).await;
    assert_eq!(rig.told(), ["resolved bad"]);
    assert_eq!(rig.asked("sendInitialEvents").len(), 1, "it goes on from where it was");
}

/// Breaks the server under running watches: all kinds are lost for the reason, and come back. What is not served is no
/// loss where it may be absent.
async fn is_lost_and_comes_back(faults: Faults, loss: Loss) {
    let mut rig = Rig::synced(Faults::default(), options()).await;
    rig.look_anew();
    rig.server.set_faults(faults);
    rig.server.cut_connections();
    let expected = Sight::Lost(loss);
    let is_lost = |it: &KindView| {
        let absent = loss == Loss::NotServed && it.kind.may_be_absent();
        it.sight == if absent { Sight::Synced } else { expected.clone() }
    };
    rig.until("the loss", |rig| rig.view().kinds.iter().all(is_lost)).await;
    assert_eq!(rig.troubles.last(), Some(&loss.as_str()));
    assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
    rig.server.set_faults(Faults::default());
    rig.until("everything", |rig| rig.view().synced() && rig.standing() == ["worse"]).await;
    assert_eq!(rig.told(), ["resolved bad"]);
}

#[tokio::test]
async fn credentials_that_are_refused_are_tried_again() {
    is_lost_and_comes_back(Faults { unauthorized: true, ..Faults::default() }, Loss::Unauthorized).await;
}

#[tokio::test]
async fn kinds_that_are_not_served_are_tried_again() {
    let not_served = BTreeSet::from(Kind::ALL);
    is_lost_and_comes_back(Faults { not_served, ..Faults::default() }, Loss::NotServed).await;
}

#[tokio::test]
async fn errors_of_the_server_are_tried_again() {
    for code in [ErrorCode::TooManyRequests, ErrorCode::InternalError, ErrorCode::ServiceUnavailable] {
        let error = Some(ServerError { code, retry_after_secs: None });
        is_lost_and_comes_back(Faults { error, ..Faults::default() }, Loss::ServerError).await;
    }
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it_and_loses_no_version() {
    for code in [ErrorCode::TooManyRequests, ErrorCode::ServiceUnavailable] {
        let mut rig = Rig::synced(Faults::default(), options()).await;
        let error = Some(ServerError { code, retry_after_secs: Some(7) });
        rig.server.set_faults(Faults { error, ..Faults::default() });
        rig.server.cut_connections();
        let lost = Sight::Lost(Loss::ServerError);
        rig.until("the loss", |rig| rig.view().kinds.iter().all(|it| it.sight == lost)).await;
        rig.pause();
        let (asked, since) = (rig.asked("").len(), Instant::now());
        rig.until("some more tries", |rig| rig.asked("").len() == asked + 5).await;
        assert!(since.elapsed() >= Duration::from_secs(4 * 7), "{:?}", since.elapsed());
        assert!(rig.store().delete(Kind::Pod, "shop", "bad"));
        assert_eq!((rig.told(), rig.standing()), (vec![], vec!["bad".to_owned(), "worse".to_owned()]));
        rig.server.set_faults(Faults::default());
        rig.until("everything", |rig| rig.view().synced() && rig.standing() == ["worse"]).await;
        assert_eq!(rig.told(), ["resolved bad"]);
        assert_eq!(rig.asked("sendInitialEvents").len(), 1, "it goes on from where it was");
        rig.resume();
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_decoded_is_listed_over() {
    for protobuf_refused in [false, true] {
        let garbage = BTreeSet::from([Kind::Pod]);
        let faults = Faults { garbage, protobuf_refused, watch_list_refused: true, ..Faults::default() };
        let rig = Rig::synced(faults, options()).await;
        assert_eq!(rig.troubles, ["watch-list-refused", "undecodable"]);
        let lost = Sight::Lost(Loss::Undecodable);
        assert_eq!(rig.sights, [Sight::Syncing, lost, Sight::Syncing, Sight::Synced]);
    }
}

#[tokio::test]
async fn a_frame_that_cannot_be_decoded_is_listed_over() {
    for protobuf_refused in [false, true] {
        let mut rig = Rig::synced(Faults { protobuf_refused, ..Faults::default() }, options()).await;
        rig.look_anew();
        let garbage = BTreeSet::from([Kind::Pod]);
        rig.server.set_faults(Faults { garbage, protobuf_refused, ..Faults::default() });
        rig.server.cut_connections();
        let listed = |rig: &mut Rig| rig.troubles.contains(&"undecodable") && rig.view().synced();
        rig.until("the list anew", listed).await;
        let lost = Sight::Lost(Loss::Undecodable);
        assert_eq!(rig.sights, [Sight::Synced, lost, Sight::Syncing, Sight::Synced]);
        assert_eq!((rig.told(), rig.standing()), (vec![], vec!["bad".to_owned(), "worse".to_owned()]));
        assert_eq!(rig.asked("sendInitialEvents").len(), 2);
    }
}

#[tokio::test]
async fn a_first_list_that_cannot_be_decoded_tells_nothing_false() {
    let garbage = BTreeSet::from(Kind::ALL);
    let rig = Rig::synced(Faults { garbage, ..Faults::default() }, options()).await;
    assert_eq!(rig.troubles, ["undecodable"]);
    let lost = Sight::Lost(Loss::Undecodable);
    assert_eq!(rig.sights, [Sight::Syncing, lost, Sight::Syncing, Sight::Synced]);
}
