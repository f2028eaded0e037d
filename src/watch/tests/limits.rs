//! What a hostile server, a slow receiver or none can do.

use std::time::Duration;

use bytes::Bytes;

use super::rig::{Answer, End, JSON, PROTOBUF, Rig, added, closing, options};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_said_to_be_huge_is_not_waited_for() {
    let piece = Bytes::from_static(&[0xff; 1024]);
    let huge = Answer { pieces: vec![piece], end: End::Endless, ..Answer::refused(200) };
    let mut rig = Rig::start(vec![huge.with(PROTOBUF.0, PROTOBUF.1), Answer::refused(500)]);
    let listing = rig.deliveries.recv().await.unwrap();
    assert_eq!(listing.error, None);
    let lost = rig.deliveries.recv().await.unwrap();
    let trouble = lost.error.unwrap();
    assert_eq!(trouble.reason, "undecodable");
    assert_eq!(trouble.message, "a frame of 4294967295 bytes is longer than the 4096 bytes allowed");
    assert_eq!(*rig.taken.lock().unwrap(), 1024, "nothing is read after the length");
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_corrupt_takes_nothing_with_it_that_came_before() {
    let corrupt = "{\"type\":\"ADDED\",\"object\":{\n";
    let pieces = [closing("7"), added("web", 8) + corrupt + &added("api", 9)];
    let first = Answer::ok(&[&pieces[0], &pieces[1]], End::After(HOUR));
    let mut rig = Rig::start(vec![first, Answer::ok(&[&added("web", 8), &closing("9")], End::After(HOUR))]);
    let said = rig.run_for(Duration::from_mins(1)).await;
    let anew = ["listing", "seen web", "synced"];
    assert_eq!(said[..4], ["listing", "synced", "seen web", "lost undecodable"]);
    assert_eq!(said[4..], anew);
    assert_eq!(rig.asked().iter().map(|(_, ask)| *ask).collect::<Vec<_>>(), ["watch-list", "watch-list"]);
}

#[tokio::test(start_paused = true)]
async fn a_line_without_an_end_is_not_gathered() {
    let piece = Bytes::from_static(&[b'x'; 1024]);
    let endless = Answer { pieces: vec![piece], end: End::Endless, ..Answer::refused(200) };
    let mut rig = Rig::start(vec![endless.with(JSON.0, JSON.1), Answer::refused(500)]);
    assert_eq!(rig.next().await, ["listing"]);
    assert_eq!(rig.next().await, ["lost undecodable"]);
    assert!(*rig.taken.lock().unwrap() <= options().frame_max + 1024);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_an_end_is_not_gathered() {
    let piece = Bytes::from_static(&[b'x'; 8192]);
    let endless = Answer { pieces: vec![piece], end: End::Endless, ..Answer::refused(403) };
    let mut rig = Rig::start(vec![endless, Answer::refused(500)]);
    assert_eq!(rig.next().await, ["lost forbidden"]);
    assert!(*rig.taken.lock().unwrap() <= 64 * 1024 + 8192);
}

#[tokio::test(start_paused = true)]
async fn pages_that_are_too_large_are_halved_down_to_one_object() {
    let large = "x".repeat(options().frame_max + 1);
    let mut rig = Rig::start(vec![Answer::refused(422), Answer::ok(&[&large], End::Clean)]);
    while rig.next().await != ["lost undecodable"] {}
    let asked = rig.asked.lock().unwrap();
    let limits: Vec<&str> = asked.iter().map(|(_, query)| query.as_str()).skip(1).collect();
    assert_eq!(limits, ["limit=8", "limit=4", "limit=2", "limit=1"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_say_its_version_is_not_watched_from_nowhere() {
    let mut rig = Rig::start(vec![Answer::ok(&[&closing("")], End::After(HOUR)), Answer::refused(422)]);
    assert_eq!(rig.next().await, ["listing"]);
    assert_eq!(rig.next().await, ["lost undecodable"]);
    let page = Answer::ok(&[r#"{"items":[]}"#], End::Clean);
    let mut rig = Rig::start(vec![Answer::refused(422), page]);
    assert_eq!(rig.next().await, ["listing"]);
    assert_eq!(rig.next().await, ["lost undecodable"]);
}

#[tokio::test(start_paused = true)]
async fn what_has_come_is_not_lost_however_late_it_is_taken() {
    // The queue holds one delivery, so that the server's time is long over before the objects are taken.
    let pieces = [added("a", 3), added("b", 5), closing("7"), added("c", 8)];
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let later = Answer::ok(&[&added("d", 9)], End::After(HOUR));
    let mut rig = Rig::start(vec![Answer::ok(&pieces, End::After(HOUR)), later]);
    tokio::time::sleep(HOUR).await;
    let mut said = Vec::new();
    while said.last().is_none_or(|last| last != "seen d") {
        said.extend(rig.next().await);
    }
    assert_eq!(said, ["listing", "seen a", "seen b", "synced", "seen c", "seen d"]);
    assert!(rig.asked.lock().unwrap()[1].1.ends_with("resourceVersion=8"));
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_takes_deliveries_any_more() {
    let silent = Answer::ok(&[&closing("7")], End::After(HOUR));
    for script in [vec![silent], vec![Answer::refused(500)]] {
        let mut rig = Rig::start(script);
        rig.next().await;
        drop(rig.deliveries);
        tokio::time::timeout(Duration::from_millis(1), rig.task).await.expect("at once").unwrap();
    }
}
