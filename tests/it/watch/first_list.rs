//! The first list, in every way in which a server may give it.

use plimsoll::demo::server::Faults;
use plimsoll::model::Kind;

use super::rig::{Rig, options};

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const STREAM: &str = "application/vnd.kubernetes.protobuf;stream=watch";
const JSON: &str = "application/json";

async fn check(faults: Faults, content_types: &[&str]) {
    let mut rig = Rig::synced(faults.clone(), options()).await;
    assert_eq!(rig.standing(), ["bad", "worse"], "{faults:?}");
    for kind in Kind::ALL {
        assert_eq!(rig.objects(kind), rig.store().len(kind), "{kind} with {faults:?}");
    }
    rig.until("every answer", |rig| rig.answered() == content_types).await;
    let pages = rig.asked("limit=2");
    if faults.watch_list_refused {
        assert_eq!(pages.len(), 3, "five pods, two a page: {pages:?}");
        assert!(!pages[0].contains("continue") && pages[1].contains("continue"), "{pages:?}");
    } else {
        assert_eq!(pages, [] as [&str; 0]);
    }
    assert_eq!(rig.asked("sendInitialEvents").len(), 1, "what was refused is not asked for again");
}

#[tokio::test]
async fn it_is_streamed_in_protobuf() {
    check(Faults::default(), &[STREAM]).await;
}

#[tokio::test]
async fn it_is_streamed_in_json_where_protobuf_is_refused() {
    check(Faults { protobuf_refused: true, ..Faults::default() }, &[JSON]).await;
}

#[tokio::test]
async fn it_is_paged_where_streaming_is_refused() {
    check(Faults { watch_list_refused: true, ..Faults::default() }, &[PROTOBUF, STREAM]).await;
}

#[tokio::test]
async fn it_is_paged_in_json_where_both_are_refused() {
    check(Faults { watch_list_refused: true, protobuf_refused: true, ..Faults::default() }, &[JSON]).await;
}
