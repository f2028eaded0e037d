//! Kinds that a server may do without.

use std::time::Duration;

use super::rig::{Answer, End, Rig, added, closing};
use crate::model::Kind;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn there_is_nothing_of_a_kind_that_is_not_served_where_it_may_be_absent() {
    for kind in Kind::ALL {
        let mut rig = Rig::start_of(kind, vec![Answer::refused(404)]);
        let first = rig.deliveries.recv().await.unwrap();
        let trouble = first.error.map(|it| it.reason);
        if kind.may_be_absent() {
            assert_eq!((first.batch.changes.len(), trouble), (2, None), "{kind}");
            assert_eq!(rig.run_for(MINUTE).await, [] as [&str; 0], "{kind}");
            assert_eq!(rig.asked(), [(0, "watch-list")], "{kind}");
        } else {
            assert_eq!((first.batch.changes.len(), trouble), (1, Some("not-served")), "{kind}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_served_later_is_listed() {
    let served = Answer::ok(&[&added("deny", 7), &closing("8")], End::After(MINUTE));
    let script = vec![Answer::refused(404), Answer::refused(404), served];
    let mut rig = Rig::start_of(Kind::CiliumNetworkPolicy, script);
    for _ in 0..2 {
        assert_eq!(rig.next().await, ["listing", "synced"]);
    }
    assert_eq!(rig.run_for(MINUTE * 2 + MINUTE / 2).await, ["listing", "seen deny", "synced"]);
    assert_eq!(rig.asked(), [(0, "watch-list"), (120, "watch-list"), (240, "watch-list")]);
}

#[tokio::test(start_paused = true)]
async fn of_a_kind_that_is_not_served_any_more_nothing_is_left() {
    let listed = Answer::ok(&[&added("deny", 7), &closing("8")], End::After(MINUTE));
    let mut rig = Rig::start_of(Kind::ServiceCidr, vec![listed, Answer::refused(404)]);
    let said = rig.run_for(MINUTE + MINUTE / 2).await;
    // What a list does not show by its end is gone.
    assert_eq!(said, ["listing", "seen deny", "synced", "listing", "synced"]);
}

#[tokio::test(start_paused = true)]
async fn whether_a_kind_is_served_is_not_known_while_it_is_hidden() {
    let script = vec![Answer::refused(403), Answer::refused(404), Answer::refused(503)];
    let mut rig = Rig::start_of(Kind::AdminNetworkPolicy, script);
    let said = rig.run_for(MINUTE * 3).await;
    assert_eq!(said, ["lost forbidden", "listing", "synced", "lost server-error"]);
}
