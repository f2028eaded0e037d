//! How often a server is asked that answers badly, and when a watch is not trusted.

use std::time::Duration;

use super::rig::{Answer, End, GONE, Rig, added, closing};

const MINUTE: Duration = Duration::from_mins(1);

/// How long a watch lives that the server ends, which is less than what is asked for however that is drawn.
const LIFE: Duration = Duration::from_secs(200);

/// As many requests as a minute of growing waits allows, from 0.2 seconds up to 30.
const PATIENT: usize = 14;

/// The one page of a list.
const PAGE: &str = r#"{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"web"}}]}"#;

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_and_breaks_off_is_not_asked_without_pause() {
    let first = Answer::ok(&[&closing("7")], End::Broken);
    let next = Answer::ok(&[&added("web", 8)], End::Broken);
    let ended = Answer::ok(&[&added("web", 8)], End::Clean);
    let gone = Answer::ok(&[GONE], End::Clean);
    let relisted = Answer::ok(&[&closing("7"), GONE], End::Clean);
    let nothing = Answer::ok(&[], End::Broken);
    for then in [next, ended, gone, relisted, nothing] {
        let mut rig = Rig::start(vec![first.clone(), then.clone()]);
        rig.run_for(MINUTE).await;
        let asked = rig.asked().len();
        assert!((4..=PATIENT).contains(&asked), "{asked} requests in a minute of {then:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_once_is_no_loss() {
    let open = End::After(MINUTE);
    let script = vec![Answer::ok(&[&closing("7")], End::Broken), Answer::ok(&[&added("web", 8)], open)];
    let mut rig = Rig::start(script);
    assert_eq!(rig.run_for(MINUTE / 2).await, ["listing", "synced", "seen web"]);
    assert_eq!(rig.asked(), [(0, "watch-list"), (0, "watch")]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_twice_is_lost_and_resumed() {
    let broken = Answer::ok(&[], End::Broken);
    let script = vec![
        Answer::ok(&[&closing("7")], End::Broken),
        broken,
        Answer::ok(&[&added("web", 8)], End::After(MINUTE)),
    ];
    let mut rig = Rig::start(script);
    assert_eq!(
        rig.run_for(MINUTE / 2).await,
        ["listing", "synced", "lost unreachable", "resumed", "seen web"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_patience_gets_it() {
    let refused = Answer::refused(429).with("retry-after", "20");
    let mut rig = Rig::start(vec![refused, Answer::ok(&[&closing("7")], End::After(MINUTE))]);
    assert_eq!(rig.next().await, ["lost server-error"]);
    assert_eq!(rig.next().await, ["listing"]);
    assert_eq!(rig.asked(), [(0, "watch-list"), (20, "watch-list")]);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_time_says_nothing_of_the_version() {
    for code in [429, 503] {
        let listed = Answer::ok(&[&closing("7")], End::After(MINUTE));
        let mut rig = Rig::start(vec![listed, Answer::refused(code)]);
        assert_eq!(rig.run_for(MINUTE * 3).await, ["listing", "synced", "lost server-error"]);
        let asked = rig.asked();
        assert!(asked.len() > 8 && asked[1..].iter().all(|(_, ask)| *ask == "watch"), "{code}: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_refused_is_given_up_after_some_tries() {
    let listed = Answer::ok(&[&closing("7")], End::After(MINUTE));
    let mut rig = Rig::start(vec![listed, Answer::refused(500)]);
    rig.run_for(MINUTE * 2).await;
    let asked: Vec<_> = rig.asked().into_iter().map(|(_, ask)| ask).collect();
    assert_eq!(asked[..6], ["watch-list", "watch", "watch", "watch", "watch-list", "watch-list"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_listed_anew_is_not_judged_by_while_it_cannot_be_listed() {
    let listed = Answer::ok(&[&closing("7")], End::After(MINUTE));
    let again = Answer::ok(&[&closing("9")], End::After(MINUTE));
    let mut rig = Rig::start(vec![listed, Answer::ok(&[GONE], End::Clean), Answer::refused(503), again]);
    let said = rig.run_for(MINUTE + MINUTE / 2).await;
    assert_eq!(said, ["listing", "synced", "listing", "lost server-error", "listing", "synced"]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_never_says_anything_is_listed_anew() {
    // As of a version that is yet to come, on a server that was restored from a backup.
    let silent = Answer::ok(&[], End::After(LIFE));
    let mut rig = Rig::start(vec![Answer::ok(&[&closing("7")], End::After(MINUTE)), silent]);
    assert_eq!(rig.next().await, ["listing"]);
    assert_eq!(rig.next().await, ["synced"]);
    assert_eq!(rig.next().await, ["listing"]);
    rig.next().await;
    assert_eq!(rig.asked()[..3], [(0, "watch-list"), (60, "watch"), (210, "watch-list")]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_says_little_lives_on() {
    let bookmark = "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"9\"}}}\n";
    let quiet = Answer::ok(&[bookmark], End::After(MINUTE));
    let mut rig = Rig::start(vec![Answer::ok(&[&closing("7")], End::After(MINUTE)), quiet]);
    assert_eq!(rig.run_for(LIFE).await, ["listing", "synced"]);
    assert_eq!(rig.asked()[..3], [(0, "watch-list"), (60, "watch"), (120, "watch")]);
    let asked = rig.asked.lock().unwrap();
    assert!(asked[1].1.ends_with("resourceVersion=7") && asked[2].1.ends_with("resourceVersion=9"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_closes_the_first_list_is_asked_for_pages() {
    let unclosed = Answer::ok(&[&added("web", 8)], End::After(MINUTE / 3));
    let watch = Answer::ok(&[], End::After(MINUTE));
    let mut rig = Rig::start(vec![unclosed, Answer::ok(&[PAGE], End::Clean), watch]);
    let said = rig.run_for(MINUTE).await;
    assert_eq!(said, ["listing", "seen web", "listing", "seen web", "synced"]);
    assert_eq!(rig.asked(), [(0, "watch-list"), (20, "page"), (20, "watch")]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_whose_connection_is_dead_is_not_believed() {
    let dead = Answer::ok(&[&closing("7")], End::After(MINUTE * 60));
    let mut rig = Rig::start(vec![dead, Answer::refused(503)]);
    let said = rig.run_for(MINUTE * 3).await;
    assert_eq!(said, ["listing", "synced", "listing", "lost server-error"]);
    assert_eq!(rig.asked()[..2], [(0, "watch-list"), (150, "watch-list")]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_begins_well_and_breaks_is_no_sight() {
    // A proxy before a server that is gone.
    let listed = Answer::ok(&[&closing("7")], End::After(MINUTE));
    let broken = Answer::ok(&[], End::Broken);
    let mut rig = Rig::start(vec![listed, broken]);
    let said = rig.run_for(MINUTE * 10).await;
    assert_eq!(said, ["listing", "synced", "lost unreachable"]);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_watch_is_sight_once_it_has_lasted() {
    let listed = Answer::ok(&[&closing("7")], End::After(MINUTE));
    let quiet = Answer::ok(&[], End::After(MINUTE));
    let mut rig = Rig::start(vec![listed, Answer::refused(503), quiet]);
    let said = rig.run_for(MINUTE + MINUTE / 2).await;
    assert_eq!(said, ["listing", "synced", "lost server-error", "resumed"]);
}

#[tokio::test(start_paused = true)]
async fn what_pages_show_is_counted_as_listed() {
    let watch = Answer::ok(&[], End::After(MINUTE));
    let mut rig = Rig::start(vec![Answer::refused(422), Answer::ok(&[PAGE], End::Clean), watch]);
    let refused = rig.deliveries.recv().await.unwrap();
    assert_eq!(refused.error.unwrap().reason, "watch-list-refused");
    let begun = rig.deliveries.recv().await.unwrap();
    let shown = rig.deliveries.recv().await.unwrap();
    assert_eq!((begun.events, shown.events), ([0; 6], [0, 0, 0, 0, 0, 1]));
}
