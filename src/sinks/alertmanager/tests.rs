use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::model::{Deviation, Direction, Event};
use crate::sinks::sample::{Ledger, NAKED, PRIVILEGED, at, deviation};

fn options() -> Options {
    let mut options = Options::new("prod-1");
    options.alerts.runbook_url = "https://runbooks.example/plimsoll/".to_owned();
    options
}

fn pretty(body: &str) -> String {
    let value: Value = serde_json::from_str(body).expect("JSON");
    serde_json::to_string_pretty(&value).expect("JSON")
}

#[test]
fn what_stands_and_what_was_resolved_as_alerts() {
    let mut ledger = Ledger::new();
    let opened = ledger.open(&PRIVILEGED, "web").deviation;
    let resolved = ledger.resolve(&PRIVILEGED, "web").deviation;
    insta::assert_snapshot!(pretty(&render_alerts(&[opened, resolved], &options().alerts, at(100))));
}

#[test]
fn what_is_safer_than_declared_informs_and_what_is_empty_is_left_out() {
    let mut cluster_wide = deviation(&PRIVILEGED, "", 1);
    cluster_wide.finding.object.key = crate::model::ObjectKey::cluster();
    cluster_wide.finding.direction = Direction::Tightened;
    cluster_wide.finding.message = "é".repeat(4000);
    cluster_wide.actor = None;
    let options = AlertOptions { cluster: String::new(), runbook_url: String::new(), resend_secs: 60 };
    let body = render_alerts(&[Arc::new(cluster_wide)], &options, at(100));
    let alert: Value = serde_json::from_str(&body).expect("JSON");
    let mut labels: Vec<_> = alert[0]["labels"].as_object().expect("labels").keys().cloned().collect();
    labels.sort_unstable();
    assert_eq!(labels, ["alertname", "check", "deviation", "resource_kind", "severity"]);
    assert_eq!(alert[0]["labels"]["severity"], "info");
    assert_eq!(alert[0]["annotations"]["direction"], "tightened");
    for left_out in ["runbook_url", "actor"] {
        assert_eq!(alert[0]["annotations"].get(left_out), None);
    }
    assert_eq!(alert[0]["annotations"]["description"].as_str().map(str::len), Some(4096));
}

/// When the alert of a deviation starts and ends that was opened and resolved then, sent at `now`.
fn span(opened: i64, resolved: Option<i64>, now: i64) -> (Timestamp, Timestamp) {
    let known = Deviation {
        opened_at: at(opened),
        resolved_at: resolved.map(at),
        ..deviation(&PRIVILEGED, "web", 1)
    };
    let body = render_alerts(&[Arc::new(known)], &options().alerts, at(now));
    let alert: Value = serde_json::from_str(&body).expect("JSON");
    let time = |name: &str| alert[0][name].as_str().expect("a time").parse().expect("a timestamp");
    (time("startsAt"), time("endsAt"))
}

#[test]
fn a_clock_that_jumps_leaves_no_alert_that_ends_before_it_starts_or_fires_when_it_is_over() {
    assert_eq!(span(9, None, 100), (at(9), at(340)));
    assert_eq!(span(9, Some(20), 100), (at(9), at(20)));
    // Set back after it was opened: it fires, and ends by itself as soon as any other.
    assert_eq!(span(7200, None, 100), (at(340), at(340)));
    // Set back between opened and resolved: it is over.
    assert_eq!(span(7200, Some(20), 100), (at(20), at(20)));
    // Set back after it was resolved: it is over all the same.
    assert_eq!(span(9, Some(7200), 100), (at(9), at(100)));
    assert_eq!(span(7190, Some(7200), 100), (at(100), at(100)));
}

#[test]
fn a_url_is_taken_apart_and_its_password_kept_to_itself() {
    let target = Target::parse("https://us%40er:p%3Ass@am.example:9093/prefix/").expect("a good URL");
    assert_eq!(target.name(), "am.example:9093");
    assert_eq!(target.uri().to_string(), "https://am.example:9093/prefix/api/v2/alerts");
    // The Base64 of `us@er:p:ss`.
    assert_eq!(target.authorization().expect("a header"), "Basic dXNAZXI6cDpzcw==");
    let shown = format!("{target:?} {:?}", target.authorization());
    assert!(!shown.contains("p%3Ass") && !shown.contains("dXNA"), "{shown}");
    for (url, error) in [
        ("alertmanager", TargetError::Scheme),
        ("ftp://a", TargetError::Scheme),
        ("http://a?b", TargetError::Query),
        ("http://%ff@a", TargetError::User),
        ("http://a b", TargetError::NotUrl),
    ] {
        assert_eq!(Target::parse(url).expect_err(url), error, "{url}");
    }
}

const ALL: Rule = Rule { batch_max: BATCH_MAX, initial: true, resolved_keep_secs: 900 };

const BATCH_MAX: usize = 256;

/// All that is to be sent now, each acknowledged, as the names of the objects.
fn drain(schedule: &mut Schedule, view: &View, rule: Rule, now: Timestamp) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(batch) = schedule.next(view, rule, now) {
        schedule.acknowledge(&batch);
        names.extend(batch.deviations.iter().map(|known| known.finding.object.key.name.to_string()));
    }
    names
}

#[test]
fn news_go_once_and_rounds_send_all_again() {
    let mut ledger = Ledger::new();
    let mut schedule = Schedule::default();
    ledger.open(&PRIVILEGED, "web");
    ledger.open(&PRIVILEGED, "api");
    assert_eq!(schedule.waiting(&ledger.view), 2);
    assert_eq!(drain(&mut schedule, &ledger.view, ALL, at(9)), ["web", "api"]);
    assert_eq!(drain(&mut schedule, &ledger.view, ALL, at(9)), [""; 0]);
    ledger.resolve(&PRIVILEGED, "web");
    assert_eq!(drain(&mut schedule, &ledger.view, ALL, at(9)), ["web"]);
    schedule.begin_round();
    assert_eq!(drain(&mut schedule, &ledger.view, ALL, at(902)), ["api", "web"]);
    schedule.begin_round();
    assert_eq!(drain(&mut schedule, &ledger.view, ALL, at(903)), ["api"], "it was resolved 900 s ago");
}

#[test]
fn news_come_before_a_round_and_what_failed_comes_again() {
    let mut ledger = Ledger::new();
    let mut schedule = Schedule::default();
    for n in 0..=BATCH_MAX {
        ledger.open(&NAKED, &format!("pod-{n}"));
    }
    drain(&mut schedule, &ledger.view, ALL, at(0));
    schedule.begin_round();
    let first = schedule.next(&ledger.view, ALL, at(0)).expect("a batch");
    assert_eq!(first.deviations.len(), BATCH_MAX);
    assert_eq!(schedule.next(&ledger.view, ALL, at(0)).expect("the same"), first);
    schedule.acknowledge(&first);
    ledger.open(&PRIVILEGED, "web");
    assert_eq!(drain(&mut schedule, &ledger.view, ALL, at(0)), ["web", "pod-256", "web"]);
}

#[test]
fn what_was_there_at_first_can_be_left_out() {
    let mut ledger = Ledger::new();
    let mut schedule = Schedule::default();
    let mut initial = deviation(&PRIVILEGED, "old", 1);
    initial.initial = true;
    ledger.record(Event::Opened, initial);
    ledger.open(&PRIVILEGED, "new");
    let rule = Rule { initial: false, ..ALL };
    assert_eq!(drain(&mut schedule, &ledger.view, rule, at(0)), ["new"]);
}

#[test]
fn a_view_that_begins_anew_is_news() {
    let mut ledger = Ledger::new();
    let mut schedule = Schedule::default();
    for name in ["web", "api"] {
        ledger.open(&PRIVILEGED, name);
    }
    drain(&mut schedule, &ledger.view, ALL, at(0));
    let mut anew = Ledger::new();
    anew.open(&PRIVILEGED, "db");
    assert_eq!(drain(&mut schedule, &anew.view, ALL, at(0)), ["db"]);
}

/// A small Alertmanager that answers in turn as it is told, and 200 after that. It tells what it took: for each
/// request the objects' names and the ends of their alerts.
async fn alertmanager(answers: Vec<u16>) -> (SocketAddr, mpsc::Receiver<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let (sender, receiver) = mpsc::channel(64);
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let (sender, answers) = (sender.clone(), answers.clone());
            tokio::spawn(http1::Builder::new().serve_connection(
                TokioIo::new(stream),
                service_fn(move |request: Request<Incoming>| {
                    let status = answers.lock().expect("not poisoned").next().unwrap_or(200);
                    answer(request, status, sender.clone())
                }),
            ));
        }
    });
    (address, receiver)
}

async fn answer(
    request: Request<Incoming>,
    status: u16,
    sender: mpsc::Sender<Vec<(String, String)>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/api/v2/alerts"));
    assert_eq!(request.headers()["content-type"], "application/json");
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let alerts: Vec<Value> = serde_json::from_slice(&body).expect("an array");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let taken = alerts.iter().map(|alert| (text(&alert["labels"]["resource_name"]), text(&alert["endsAt"])));
    if status == 200 {
        sender.send(taken.collect()).await.expect("the test listens");
    }
    let mut response = Response::new(Full::from("it says\u{1b} why"));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    Ok(response)
}

/// A sender to `address`, with the results of its requests.
struct Running {
    view: watch::Sender<Arc<View>>,
    shutdown: watch::Sender<bool>,
    results: mpsc::Receiver<Result<usize, String>>,
    /// What was said to wait still, after each of them.
    waiting: mpsc::Receiver<usize>,
    task: JoinHandle<Result<(), SendError>>,
}

fn start(address: SocketAddr, ledger: &Ledger) -> Running {
    let view = watch::Sender::new(ledger.shared());
    let shutdown = watch::Sender::new(false);
    let (sender, results) = mpsc::channel(4096);
    let (left, waiting) = mpsc::channel(4096);
    let report = move |attempt: Attempt<'_>| {
        let result = attempt.result.map(|()| attempt.alerts).map_err(ToString::to_string);
        sender.try_send(result).expect("the test takes the results");
        left.try_send(attempt.waiting).expect("there is room");
    };
    let target = Target::parse(&format!("http://{address}")).expect("a good URL");
    let (views, stop) = (view.subscribe(), shutdown.subscribe());
    let task = tokio::spawn(run(target, options(), views, || at(300), report, stop));
    Running { view, shutdown, results, waiting, task }
}

async fn next<T>(receiver: &mut mpsc::Receiver<T>) -> T {
    receiver.recv().await.expect("there is one more")
}

fn sent(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, end)| ((*name).to_owned(), (*end).to_owned())).collect()
}

const AHEAD: &str = "2026-11-24T08:09:00Z";

#[tokio::test]
async fn what_failed_is_sent_again_and_what_changes_is_sent_at_once() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "web");
    let (address, mut taken) = alertmanager(vec![500, 429]).await;
    let mut running = start(address, &ledger);
    let failed = next(&mut running.results).await.expect_err("it answers 500");
    assert_eq!(failed, "it answered 500 Internal Server Error: it says\\u{1b} why");
    next(&mut running.results).await.expect_err("it answers 429");
    assert_eq!(next(&mut running.results).await, Ok(1));
    assert_eq!(next(&mut taken).await, sent(&[("web", AHEAD)]));
    for left in [1, 1, 0] {
        assert_eq!(next(&mut running.waiting).await, left, "what was taken no longer waits");
    }
    ledger.open(&NAKED, "api");
    running.view.send_replace(ledger.shared());
    assert_eq!(next(&mut taken).await, sent(&[("api", AHEAD)]));
    ledger.resolve(&PRIVILEGED, "web");
    running.view.send_replace(ledger.shared());
    assert_eq!(next(&mut taken).await, sent(&[("web", "2026-11-24T08:00:03Z")]));
    running.shutdown.send_replace(true);
    running.task.await.expect("no panic").expect("it began");
}

#[tokio::test]
async fn all_is_sent_again_each_minute() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "web");
    ledger.open(&NAKED, "api");
    ledger.resolve(&NAKED, "api");
    let (address, mut taken) = alertmanager(Vec::new()).await;
    let mut running = start(address, &ledger);
    let all = sent(&[("web", AHEAD), ("api", "2026-11-24T08:00:03Z")]);
    for _ in 0..3 {
        assert_eq!(next(&mut taken).await, all);
        assert_eq!(next(&mut running.results).await, Ok(2));
        // Nothing is on its way now, so that the clock may be moved.
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(taken.is_empty());
        tokio::time::advance(Duration::from_secs(1)).await;
        tokio::time::resume();
    }
}

#[tokio::test]
async fn one_that_is_down_holds_up_no_other() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "web");
    // A port that was just given back: nobody answers on it.
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("its address");
    let (address, mut taken) = alertmanager(Vec::new()).await;
    let (mut down, up) = (start(nobody, &ledger), start(address, &ledger));
    assert_eq!(next(&mut taken).await, sent(&[("web", AHEAD)]));
    assert_eq!(next(&mut down.results).await, Err("failed to reach it".to_owned()));
    ledger.open(&NAKED, "api");
    for running in [&down, &up] {
        running.view.send_replace(ledger.shared());
    }
    assert_eq!(next(&mut taken).await, sent(&[("api", AHEAD)]));
}

#[tokio::test]
async fn an_alert_that_is_refused_does_not_hold_up_the_next() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "web");
    let (address, mut taken) = alertmanager(vec![400]).await;
    let mut running = start(address, &ledger);
    next(&mut running.results).await.expect_err("it answers 400");
    assert_eq!(next(&mut running.waiting).await, 0, "nobody waits for what is refused");
    ledger.open(&NAKED, "api");
    running.view.send_replace(ledger.shared());
    assert_eq!(next(&mut taken).await, sent(&[("api", AHEAD)]));
}

#[tokio::test]
async fn one_that_never_answers_is_given_up() {
    let mut ledger = Ledger::new();
    ledger.open(&PRIVILEGED, "web");
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut running = start(silent.local_addr().expect("its address"), &ledger);
    let (connection, _) = silent.accept().await.expect("a connection");
    tokio::time::pause();
    assert_eq!(next(&mut running.results).await, Err("it did not answer in 10 s".to_owned()));
    drop(connection);
}
