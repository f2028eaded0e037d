//! Servers that hang, and servers that are only slow.

use std::time::Duration;

use super::rig::{Answer, End, Rig, added, closing};

const MINUTE: Duration = Duration::from_mins(1);

/// Longer than anything that is waited for.
const HOUR: Duration = Duration::from_hours(1);

const FIRST_PAGE: &str =
    r#"{"metadata":{"resourceVersion":"9","continue":"next"},"items":[{"metadata":{"name":"web"}}]}"#;
const LAST_PAGE: &str = r#"{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"api"}}]}"#;

/// The seconds at which something was asked, from the second time on.
fn tries(rig: &Rig) -> Vec<u64> {
    rig.asked().into_iter().skip(1).map(|(at, _)| at).collect()
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_begin_is_not_waited_for() {
    let mut rig = Rig::start(vec![Answer::none()]);
    assert_eq!(rig.run_for(MINUTE * 10).await, ["lost unreachable"], "it is said once");
    assert_eq!(tries(&rig)[0], 30);
    let longest = tries(&rig).windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!((45..=61).contains(&longest), "it is tried for ever, and not without pause: {longest}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_does_not_begin_is_tried_once_more_before_it_is_lost() {
    let listed = Answer::ok(&[&closing("7")], End::After(MINUTE));
    let back = Answer::ok(&[&added("web", 8)], End::After(HOUR));
    let mut rig = Rig::start(vec![listed, Answer::none(), Answer::none(), back]);
    let said = rig.run_for(MINUTE * 3).await;
    assert_eq!(said, ["listing", "synced", "lost unreachable", "resumed", "seen web"]);
    assert_eq!(rig.asked(), [(0, "watch-list"), (60, "watch"), (90, "watch"), (120, "watch")]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_does_not_end_is_not_waited_for() {
    let refused = Answer { end: End::After(HOUR), ..Answer::refused(403) };
    let mut rig = Rig::start(vec![refused, Answer::ok(&[&closing("7")], End::After(HOUR))]);
    assert_eq!(rig.run_for(MINUTE).await, ["lost unreachable", "listing", "synced"]);
    assert_eq!(tries(&rig), [30]);
}

#[tokio::test(start_paused = true)]
async fn a_first_list_that_stalls_is_given_up_and_asked_for_by_pages() {
    for pieces in [&[][..], &[added("web", 8)][..]] {
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let stalled = Answer::ok(&pieces, End::After(HOUR));
        let watch = Answer::ok(&[], End::After(HOUR));
        let mut rig = Rig::start(vec![stalled, Answer::ok(&[LAST_PAGE], End::Clean), watch]);
        let said = rig.run_for(MINUTE).await;
        assert_eq!(said.last().map(String::as_str), Some("synced"));
        let lost = said.iter().position(|it| it == "lost unreachable").unwrap();
        assert_eq!(said[lost + 1..], ["listing", "seen api", "synced"], "nothing is resumed: {said:?}");
        assert_eq!(rig.asked(), [(0, "watch-list"), (30, "page"), (30, "watch")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_list_that_is_only_slow_is_waited_for() {
    let pieces = [added("a", 3), added("b", 5), added("c", 6), closing("7")];
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let slow = Answer { pace: Duration::from_secs(29), ..Answer::ok(&pieces, End::After(MINUTE)) };
    let mut rig = Rig::start(vec![slow]);
    let said = rig.run_for(MINUTE * 2).await;
    assert_eq!(said, ["listing", "seen a", "seen b", "seen c", "synced"]);
    assert_eq!(rig.asked(), [(0, "watch-list")]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_stalls_is_given_up() {
    let stalled = Answer::ok(&[&FIRST_PAGE[..20]], End::After(HOUR));
    let pages = [Answer::ok(&[FIRST_PAGE], End::Clean), Answer::ok(&[LAST_PAGE], End::Clean)];
    let [first, last] = pages;
    let watch = Answer::ok(&[], End::After(HOUR));
    // The second page stalls; the list begins anew, since what it showed may be gone by then.
    let mut rig = Rig::start(vec![Answer::refused(422), first.clone(), stalled, first, last, watch]);
    let said = rig.run_for(MINUTE).await;
    let expected = ["listing", "seen web", "lost unreachable", "listing", "seen web", "seen api", "synced"];
    assert_eq!(said, expected);
    let asked = [(0, "watch-list"), (0, "page"), (0, "page"), (30, "page"), (30, "page"), (30, "watch")];
    assert_eq!(rig.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_drips_is_given_up_in_the_end() {
    let drops: Vec<&str> = (0..FIRST_PAGE.len()).map(|at| &FIRST_PAGE[at..=at]).collect();
    let dripping = Answer { pace: Duration::from_secs(10), ..Answer::ok(&drops, End::Clean) };
    let mut rig = Rig::start(vec![Answer::refused(422), dripping]);
    assert_eq!(rig.run_for(MINUTE * 2).await, ["lost unreachable"]);
    assert_eq!(tries(&rig)[..2], [0, 60]);
}
