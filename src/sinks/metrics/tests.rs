use proptest::prelude::*;

use super::process::Proc;
use super::*;
use crate::model::{Direction, Event, Kind, Loss, Sight, Transition};
use crate::sinks::journal::Head;
use crate::sinks::sample::{Ledger, NAKED, PRIVILEGED, deviation};

fn render_page(ledger: &Ledger, metrics: &Metrics, options: Options) -> String {
    joined(&Exposition::new(options).render_with(&ledger.view, metrics, &Proc::default()))
}

/// The samples of one family, without its help.
fn family(page: &str, name: &str) -> String {
    let begins = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ', '_']));
    page.lines().filter(begins).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_whole_page() {
    let mut ledger = Ledger::new();
    let metrics = Metrics::new("0.1.0");
    ledger.view.kinds.truncate(2);
    let transitions =
        [ledger.open(&PRIVILEGED, "web"), ledger.open(&NAKED, "api"), ledger.resolve(&PRIVILEGED, "web")];
    for transition in &transitions {
        metrics.observe_transition(transition, transition.time);
    }
    metrics.watch_events(Kind::Pod, WatchEvent::Modified, 500);
    metrics.watch_events(Kind::Pod, WatchEvent::Deleted, 1);
    metrics.watch_error(Kind::Pod, Loss::Forbidden.as_str());
    metrics.watch_contact(Kind::Pod, 1_795_000_000);
    metrics.baseline_loaded(0);
    metrics.sink_sent("alertmanager:a");
    metrics.sink_failed("alertmanager:b");
    metrics.sink_queue_depth("journal", 2);
    metrics.journal_head(Some(head(3)));
    metrics.dropped("journal", "unwritten", 4);
    metrics.http_request("api", 200);
    metrics.access_review("token", "yes");
    metrics.tls_loaded(true);
    let page = render_page(&ledger, &metrics, Options { deviation_info_max: Some(10) });
    let of_two_kinds = |line: &&str| {
        let kind = line.split_once("kind=\"").map(|(_, rest)| rest);
        kind.is_none_or(|kind| kind.starts_with("Pod\"") || kind.starts_with("Deployment\""))
    };
    insta::assert_snapshot!(page.lines().filter(of_two_kinds).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_blind_check_has_no_zero_and_keeps_what_stands() {
    let mut ledger = Ledger::new();
    let metrics = Metrics::new("0.1.0");
    ledger.open(&PRIVILEGED, "web");
    for check in &mut ledger.view.checks {
        check.blind = vec![Kind::Pod];
    }
    ledger.view.kinds[1].sight = Sight::Lost(Loss::Forbidden);
    let page = render_page(&ledger, &metrics, Options::default());
    insta::assert_snapshot!(family(&page, "plimsoll_deviations"), @r#"plimsoll_deviations{check="pod-security/privileged",severity="critical",direction="loosened",namespace="shop"} 1"#);
    assert!(page.contains("plimsoll_check_blind{check=\"workload/naked-pod\"} 1\n"));
    assert!(page.contains("plimsoll_watch_synced{kind=\"Pod\"} 0\n"));
}

#[test]
fn a_check_without_namespace_has_one_series_and_no_zero_beside_it() {
    let mut ledger = Ledger::new();
    let mut cluster_wide = deviation(&NAKED, "node", 1);
    cluster_wide.finding.object.key.namespace = "".into();
    ledger.record(Event::Opened, cluster_wide);
    let mut tightened = deviation(&PRIVILEGED, "web", 2);
    tightened.finding.direction = Direction::Tightened;
    ledger.record(Event::Opened, tightened);
    let page = render_page(&ledger, &Metrics::new("0.1.0"), Options::default());
    insta::assert_snapshot!(family(&page, "plimsoll_deviations"), @r#"
    plimsoll_deviations{check="pod-security/privileged",severity="critical",direction="loosened",namespace=""} 0
    plimsoll_deviations{check="pod-security/privileged",severity="critical",direction="tightened",namespace="shop"} 1
    plimsoll_deviations{check="workload/naked-pod",severity="low",direction="loosened",namespace=""} 1
    "#);
}

#[test]
fn single_deviations_are_bounded_and_the_rest_is_folded() {
    let mut ledger = Ledger::new();
    for n in 0..5 {
        ledger.open(&PRIVILEGED, &format!("web-{n}"));
    }
    let metrics = Metrics::new("0.1.0");
    let page = render_page(&ledger, &metrics, Options { deviation_info_max: Some(2) });
    let info = family(&page, "plimsoll_deviation_info");
    assert_eq!(info.lines().count(), 3);
    assert!(info.ends_with(
        r#"{id="overflow",check="pod-security/privileged",severity="critical",namespace="",resource_kind="",resource_name=""} 3"#
    ));
    let off = render_page(&ledger, &metrics, Options::default());
    assert!(!off.contains("plimsoll_deviation_info"));
}

#[test]
fn a_hostile_name_stays_inside_its_label() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "a\"} 1\nb\\\u{1b}[31m\r\u{202e}");
    let page = render_page(&ledger, &Metrics::new("0.1.0"), Options { deviation_info_max: Some(9) });
    let info = family(&page, "plimsoll_deviation_info");
    assert_eq!(info.matches('\n').count(), 0);
    assert!(info.contains("resource_name=\"a\\\"} 1\\nb\\\\\u{1b}[31m\r\u{202e}\"} 1"), "{info}");
}

#[test]
fn the_transitions_of_a_check_begin_at_zero() {
    let metrics = Metrics::new("0.1.0");
    metrics.check_enabled(&NAKED);
    let page = render_page(&Ledger::new(), &metrics, Options::default());
    insta::assert_snapshot!(family(&page, "plimsoll_deviation_transitions_total"), @r#"
    plimsoll_deviation_transitions_total{check="workload/naked-pod",severity="low",transition="changed"} 0
    plimsoll_deviation_transitions_total{check="workload/naked-pod",severity="low",transition="opened"} 0
    plimsoll_deviation_transitions_total{check="workload/naked-pod",severity="low",transition="resolved"} 0
    "#);
}

#[test]
fn every_family_of_the_table_is_told_and_no_other() {
    let mut ledger = Ledger::new();
    let metrics = Metrics::new("0.1.0");
    observe(&metrics, &ledger.open(&PRIVILEGED, "web"));
    metrics.watch_contact(Kind::Pod, 1);
    metrics.sink_sent("journal");
    metrics.sink_queue_depth("journal", 0);
    metrics.dropped("journal", "unwritten", 0);
    metrics.http_request("api", 200);
    metrics.tls_loaded(true);
    metrics.journal_head(Some(head(1)));
    let page = render(&ledger.view, &metrics, Options { deviation_info_max: Some(1) });
    let told: std::collections::BTreeSet<_> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let table = METRICS.iter().map(|metric| format!("{} {}", metric.name, metric.kind.as_str()));
    assert_eq!(told.into_iter().map(str::to_owned).collect::<Vec<_>>(), {
        let mut table: Vec<_> = table.collect();
        table.sort_unstable();
        table
    });
}

#[test]
fn a_series_dies_with_what_it_describes() {
    let mut ledger = Ledger::new();
    let metrics = Metrics::new("0.1.0");
    ledger.open(&PRIVILEGED, "web");
    ledger.resolve(&PRIVILEGED, "web");
    let page = render_page(&ledger, &metrics, Options { deviation_info_max: Some(9) });
    assert!(!page.contains("\"shop\""), "{page}");
    assert_eq!(family(&page, "plimsoll_deviation_oldest_timestamp_seconds"), "");
}

#[test]
fn the_first_look_says_nothing_of_speed() {
    let mut ledger = Ledger::new();
    let metrics = Metrics::new("0.1.0");
    let mut initial = deviation(&PRIVILEGED, "web", 1);
    initial.initial = true;
    observe(&metrics, &ledger.record(Event::Opened, initial));
    let mut late = ledger.open(&PRIVILEGED, "api");
    late.while_down = true;
    observe(&metrics, &late);
    assert!(page_has(&render_page(&ledger, &metrics, Options::default()), 0));
    observe(&metrics, &ledger.resolve(&PRIVILEGED, "web"));
    assert!(page_has(&render_page(&ledger, &metrics, Options::default()), 1));
}

fn page_has(page: &str, detections: u64) -> bool {
    page.contains(&format!("plimsoll_detection_seconds_count{{kind=\"Deployment\"}} {detections}\n"))
}

#[test]
fn the_process_is_told_from_what_the_kernel_gives() {
    let process = Proc {
        stat: "42 (a ) name) S 1 42 42 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 7 0 1000 1 2".to_owned(),
        status: "VmSize:\t  2048 kB\nVmRSS:\t  1024 kB\nThreads:\t7\n".to_owned(),
        limits: "Max open files            1024                 4096                 files\n".to_owned(),
        system: "cpu 1 2\nbtime 1700000000\n".to_owned(),
        open_fds: Some(12),
    };
    let mut page = text::Page::default();
    process.render(&mut page);
    let samples: Vec<_> =
        joined(&page.into_parts()).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    insta::assert_snapshot!(samples.join("\n"), @r"
    process_cpu_seconds_total 3
    process_resident_memory_bytes 1048576
    process_virtual_memory_bytes 2097152
    process_open_fds 12
    process_max_fds 1024
    process_start_time_seconds 1700000010
    process_threads 7
    ");
    let mut unknown = text::Page::default();
    Proc::default().render(&mut unknown);
    assert!(unknown.into_parts().is_empty());
}

#[test]
fn the_process_that_runs_is_told() {
    let page = render(&Ledger::new().view, &Metrics::new("0.1.0"), Options::default());
    for metric in METRICS.iter().filter(|metric| metric.name.starts_with("process_")) {
        assert!(page.contains(&format!("\n{} ", metric.name)), "{}", metric.name);
    }
}

/// Counts a transition that was judged when it says so.
fn observe(metrics: &Metrics, transition: &Transition) {
    metrics.observe_transition(transition, transition.time);
}

fn head(seq: u64) -> Head {
    Head { seq, hash: "f699eca6".repeat(8), file: "events.jsonl" }
}

#[test]
fn the_series_of_a_head_dies_with_it() {
    let metrics = Metrics::new("0.1.0");
    metrics.journal_head(Some(head(1)));
    metrics.journal_head(Some(Head { hash: "00ff".repeat(16), ..head(2) }));
    let page = render_page(&Ledger::new(), &metrics, Options::default());
    let hash = "00ff".repeat(16);
    assert_eq!(
        family(&page, "plimsoll_journal_head_info"),
        format!("plimsoll_journal_head_info{{hash=\"{hash}\"}} 1")
    );
    assert_eq!(family(&page, "plimsoll_journal_sequence"), "plimsoll_journal_sequence 2");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever opens, changes and resolves between scrapes, what is kept makes the page that is made from nothing.
    #[test]
    fn a_page_that_is_kept_is_the_page_from_scratch(
        steps in prop::collection::vec((0..40u8, any::<bool>(), any::<bool>()), 1..120),
        max in prop::option::of(0..30usize),
    ) {
        let mut ledger = Ledger::new();
        let metrics = Metrics::new("0.1.0");
        let options = Options { deviation_info_max: max };
        let kept = Exposition::new(options);
        for (name, scraped, forgotten) in steps {
            toggle(&mut ledger, &format!("web-{name}"));
            if forgotten {
                ledger.view.by_seq = ledger.view.standing.values().map(|known| (known.seq, known.clone())).collect();
            }
            if scraped {
                let page = joined(&kept.render_with(&ledger.view, &metrics, &Proc::default()));
                prop_assert_eq!(page, render_page(&ledger, &metrics, options));
            }
        }
    }
}

/// Resolves the deviation where it stands, and opens it where it does not.
fn toggle(ledger: &mut Ledger, name: &str) {
    let check = if name.ends_with('7') { &NAKED } else { &PRIVILEGED };
    let id = deviation(check, name, 0).id;
    if ledger.view.standing.contains_key(&id) {
        ledger.resolve(check, name);
    } else {
        ledger.open(check, name);
    }
}

#[test]
fn a_page_that_is_being_sent_holds_nothing_of_the_view() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "web");
    let exposition = Exposition::new(Options { deviation_info_max: Some(9) });
    let metrics = Metrics::new("0.1.0");
    let deviation = std::sync::Arc::downgrade(ledger.view.standing.values().next().expect("it stands"));
    let sending = exposition.render(&ledger.view, &metrics);
    ledger.resolve(&PRIVILEGED, "web");
    ledger.view.by_seq.clear();
    let next = exposition.render(&ledger.view, &metrics);
    assert!(deviation.upgrade().is_none());
    assert!(joined(&sending).contains("resource_name=\"web\""));
    assert!(!joined(&next).contains("resource_name=\"web\""));
}
