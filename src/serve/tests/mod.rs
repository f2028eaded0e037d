mod edges;
mod guarded;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::advance;
use tower::ServiceExt;

use super::*;
use crate::model::{Loss, Sight, Transition};
use crate::sinks::journal::verify::{Claim, verify};
use crate::sinks::journal::{Journal, Options};
use crate::sinks::sample::{Ledger, NAKED, PRIVILEGED, at, lookup};

/// How many streams may follow at once.
const STREAMS_MAX: usize = 64;

/// A daemon in small: a ledger, its journal, and what serves them.
struct Rig {
    ledger: Ledger,
    journal: Journal,
    dir: TempDir,
    view: watch::Sender<Arc<View>>,
    written: watch::Sender<u64>,
    head: watch::Sender<Option<Head>>,
    shutdown: watch::Sender<bool>,
    vitals: Arc<Vitals>,
}

impl Rig {
    fn new() -> Self {
        let ledger = Ledger::new();
        let dir = tempfile::tempdir().expect("a directory");
        let (journal, _) =
            Journal::open(dir.path(), Options::new("prod-1"), &lookup, at(0)).expect("it opens");
        Self {
            view: watch::Sender::new(ledger.shared()),
            written: watch::Sender::new(0),
            head: watch::Sender::new(journal.head()),
            shutdown: watch::Sender::new(false),
            vitals: Arc::default(),
            ledger,
            journal,
            dir,
        }
    }

    fn state(&self) -> State {
        State {
            view: self.view.subscribe(),
            metrics: Arc::new(Metrics::new("0.1.0")),
            metrics_options: metrics::Options::default(),
            cluster: "prod-1".into(),
            journal: Some(JournalFeed {
                dir: self.dir.path().to_owned(),
                written: self.written.subscribe(),
                head: self.head.subscribe(),
            }),
            vitals: self.vitals.clone(),
            connections_max: 256,
            streams_max: STREAMS_MAX,
        }
    }

    /// Does something to the ledger and lets it out as the daemon does.
    fn happen(&mut self, change: impl FnOnce(&mut Ledger) -> Transition) {
        let transition = change(&mut self.ledger);
        self.journal.append(&[transition], &self.ledger.view, at(0)).expect("written");
        self.publish();
        self.written.send_replace(self.journal.written());
        self.head.send_replace(self.journal.head());
    }

    fn publish(&self) {
        self.view.send_replace(self.ledger.shared());
    }

    fn router(&self, port: Port, access: Access) -> Router {
        router(port, access, self.state(), self.shutdown.subscribe())
    }

    async fn ask(&self, request: Request<Body>) -> Response {
        let port = if request.uri().path().starts_with("/api/") { Port::Api } else { Port::Metrics };
        self.router(port, Access::Loopback).oneshot(request).await.expect("a router always answers")
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.ask(request("GET", path).body(Body::empty()).expect("a request")).await;
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    /// Serves the API and connects to it.
    async fn connect(&self) -> (tokio::task::JoinHandle<()>, TcpStream) {
        let (served, address) = self.serve(Port::Api, Access::Loopback, self.state()).await;
        (served, TcpStream::connect(address).await.expect("connected"))
    }

    async fn serve(
        &self,
        port: Port,
        access: Access,
        state: State,
    ) -> (tokio::task::JoinHandle<()>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let served = serve(listener, port, access, state, self.shutdown.subscribe());
        (tokio::spawn(served), address)
    }
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("host", "localhost:9120")
}

/// Reads from the connection until `end` has come.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    let read = async {
        while !text.contains(end) {
            let count = stream.read(&mut buffer).await.expect("readable");
            assert_ne!(count, 0, "the connection ended after {text:?}");
            text.push_str(std::str::from_utf8(&buffer[..count]).expect("UTF-8"));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.expect("it comes in time");
    text
}

async fn ask_for_events(stream: &mut TcpStream, rest: &str) {
    let head = format!("GET /api/v1/events{rest}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("written");
}

#[tokio::test]
async fn metrics_come_in_the_text_format() {
    let rig = Rig::new();
    let response = rig.ask(request("GET", "/metrics").body(Body::empty()).expect("a request")).await;
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let policy = "default-src 'none'; frame-ancestors 'none'";
    assert_eq!(response.headers()["content-security-policy"], policy);
    assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    let told = http_body::Body::size_hint(response.body()).exact();
    let sent = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(told, Some(sent.len() as u64));
    assert!(rig.get("/metrics").await.1.contains("\nplimsoll_build_info{version=\"0.1.0\"} 1\n"));
}

#[tokio::test]
async fn the_head_of_the_journal_is_told_with_its_hash() {
    let mut rig = Rig::new();
    let before = rig.get("/api/v1/journal/head").await;
    assert_eq!(before.0, StatusCode::OK);
    rig.happen(|ledger| ledger.open(&PRIVILEGED, "web"));
    let (status, body) = rig.get("/api/v1/journal/head").await;
    let document: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let report = verify(&[rig.dir.path().to_owned()], &Claim::default()).expect("readable");
    let hash = report.tip.expect("a last line").hash;
    let expected = serde_json::json!({
        "schema": "plimsoll.dev/journal-head/v1", "seq": 1, "hash": hash, "file": "events.jsonl",
    });
    assert_eq!((status, document), (StatusCode::OK, expected));
    assert_ne!(before.1, body);
    assert_eq!(rig.get("/api/v1/journal/head?since=1").await.0, StatusCode::BAD_REQUEST);
    let mut state = rig.state();
    state.journal = None;
    let router = router(Port::Api, Access::Loopback, state, rig.shutdown.subscribe());
    let asked = request("GET", "/api/v1/journal/head").body(Body::empty()).expect("a request");
    let response = router.oneshot(asked).await.expect("a router always answers");
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ready_says_what_is_missing() {
    let mut rig = Rig::new();
    assert_eq!(rig.get("/readyz").await, (StatusCode::OK, "ok\n".to_owned()));
    rig.ledger.view.kinds[0].sight = Sight::Syncing;
    rig.ledger.view.kinds[1].sight = Sight::Lost(Loss::Forbidden);
    rig.ledger.view.incomplete = true;
    rig.publish();
    let (status, text) = rig.get("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let baseline = "baseline: something is declared that could never be read";
    assert_eq!(text, format!("{baseline}\nNamespace: syncing\nPod: forbidden\n"));
}

#[tokio::test(start_paused = true)]
async fn live_while_the_main_loop_beats() {
    let rig = Rig::new();
    for _ in 0..2 {
        advance(Duration::from_secs(30)).await;
        assert_eq!(rig.get("/livez").await.0, StatusCode::OK);
        rig.vitals.beat();
    }
    advance(Duration::from_secs(31)).await;
    let silent = "the main loop has been silent for 31 s\n".to_owned();
    assert_eq!(rig.get("/livez").await, (StatusCode::SERVICE_UNAVAILABLE, silent));
}

#[tokio::test]
async fn a_page_of_deviations() {
    let mut rig = Rig::new();
    rig.happen(|ledger| ledger.open(&PRIVILEGED, "web"));
    insta::assert_snapshot!(rig.get("/api/v1/deviations").await.1);
}

#[tokio::test]
async fn deviations_are_filtered_by_what_they_are() {
    let mut rig = Rig::new();
    rig.happen(|ledger| ledger.open(&PRIVILEGED, "web"));
    rig.happen(|ledger| ledger.open(&NAKED, "api"));
    rig.happen(|ledger| ledger.open(&NAKED, "db"));
    rig.happen(|ledger| ledger.resolve(&NAKED, "db"));
    let id = rig.ledger.view.standing.keys().next().expect("one stands").to_string();
    let found = async |query: &str| {
        rig.get(&format!("/api/v1/deviations?{query}")).await.1.matches("\"id\":").count()
    };
    assert_eq!(found("").await, 2);
    assert_eq!(found("state=standing").await, 2);
    assert_eq!(found("state=resolved").await, 1);
    assert_eq!(found("check=workload%2Fnaked-pod").await, 1);
    assert_eq!(found("severity=critical&kind=Deployment&namespace=shop&name=web").await, 1);
    assert_eq!(found("severity=critical&name=api").await, 0);
    assert_eq!(found("kind=Pod").await, 0);
    assert_eq!(found("namespace=").await, 0);
    assert_eq!(found(&format!("id={id}")).await, 1);
}

#[tokio::test]
async fn what_is_waived_is_listed_apart_with_its_waiver() {
    let mut rig = Rig::new();
    rig.happen(|ledger| {
        ledger.waive(&PRIVILEGED, "api");
        ledger.waive(&NAKED, "db");
        ledger.open(&NAKED, "web")
    });
    let found = async |query: &str| -> Vec<serde_json::Value> {
        let page = rig.get(&format!("/api/v1/deviations?{query}")).await.1;
        let mut page: serde_json::Value = serde_json::from_str(&page).expect("it is JSON");
        serde_json::from_value(page["deviations"].take()).expect("it is a list")
    };
    assert_eq!(found("").await.len(), 1, "what is waived does not stand");
    assert_eq!(found("state=waived").await.len(), 2);
    let [api] = found("state=waived&name=api").await.try_into().expect("it is one");
    assert_eq!(api["check"], PRIVILEGED.id);
    assert_eq!(api["waiver"]["owner"], "sre@example.com");
    assert_eq!(api["waiver"]["ticket"], "https://tickets.example.com/7");
    assert_eq!(api["waiver"]["expires"], "2026-11-25T08:00:00Z");
}

#[tokio::test]
async fn pages_follow_each_other_without_hole_or_overlap() {
    let mut rig = Rig::new();
    for n in 0..5 {
        rig.happen(|ledger| ledger.open(&PRIVILEGED, &format!("web-{n}")));
    }
    for n in 0..3 {
        rig.happen(|ledger| ledger.open(&NAKED, &format!("web-{n}")));
        rig.happen(|ledger| ledger.resolve(&NAKED, &format!("web-{n}")));
    }
    for (state, all) in [("standing", 5), ("resolved", 3)] {
        let mut ids = Vec::new();
        let mut after = String::new();
        loop {
            let (_, text) = rig.get(&format!("/api/v1/deviations?state={state}&limit=2{after}")).await;
            let page: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let found = page["deviations"].as_array().expect("an array");
            ids.extend(found.iter().map(|known| known["id"].as_str().expect("an id").to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(ids.len(), all, "{state}");
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named_with_what_would_be_right() {
    let rig = Rig::new();
    let mut answers = String::new();
    for query in [
        "severty=high",
        "severity=hihg",
        "check=pod-security/priviliged",
        "id=%3Cscript%3E",
        "limit=1001",
        "limit=0",
        "name=a&name=b",
        "zzz=1",
    ] {
        let (status, text) = rig.get(&format!("/api/v1/deviations?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        answers.extend([query, "\n  ", &text, "\n"]);
    }
    insta::assert_snapshot!(answers);
}

#[tokio::test]
async fn only_what_names_this_machine_is_answered_on_loopback() {
    let rig = Rig::new();
    let status = async |host: Option<&str>| {
        let request = Request::builder().uri("/livez");
        let request = host.into_iter().fold(request, |request, host| request.header("host", host));
        rig.ask(request.body(Body::empty()).expect("a request")).await.status()
    };
    for host in ["localhost", "LOCALHOST:9120", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:9120"] {
        assert_eq!(status(Some(host)).await, StatusCode::OK, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1.nip.io:9120", "", "a b"] {
        assert_eq!(status(Some(host)).await, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    assert_eq!(status(None).await, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn only_reading_is_answered() {
    let rig = Rig::new();
    let status = async |method: &str, path: &str, header: (&str, &str)| {
        let request = request(method, path).header(header.0, header.1);
        rig.ask(request.body(Body::empty()).expect("a request")).await.status()
    };
    let plain = ("accept", "*/*");
    assert_eq!(status("HEAD", "/metrics", plain).await, StatusCode::OK);
    assert_eq!(status("GET", "/api/metrics", plain).await, StatusCode::NOT_FOUND);
    assert_eq!(status("HEAD", "/api/v1/events", plain).await, StatusCode::OK);
    assert_eq!(status("POST", "/metrics", plain).await, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(status("DELETE", "/nowhere", plain).await, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(status("GET", "/nowhere", plain).await, StatusCode::NOT_FOUND);
    assert_eq!(status("GET", "/livez", ("content-length", "1")).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status("GET", "/livez", ("content-length", "0")).await, StatusCode::OK);
    assert_eq!(
        status("GET", "/livez", ("transfer-encoding", "chunked")).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn events_are_replayed_and_then_follow() {
    let mut rig = Rig::new();
    for name in ["web", "api"] {
        rig.happen(|ledger| ledger.open(&PRIVILEGED, name));
    }
    let (_served, mut stream) = rig.connect().await;
    ask_for_events(&mut stream, "?since=1 HTTP/1.1\r\nHost: localhost").await;
    let replayed = read_until(&mut stream, "\n\n").await;
    assert!(replayed.contains("content-type: text/event-stream"), "{replayed}");
    assert!(
        replayed.contains("id: 2\nevent: opened\ndata: {\"schema\":\"plimsoll.dev/event/v1\",\"seq\":2,")
    );
    assert!(!replayed.contains("id: 1\n"), "{replayed}");
    rig.happen(|ledger| ledger.resolve(&PRIVILEGED, "web"));
    let followed = read_until(&mut stream, "\n\n").await;
    assert!(followed.contains("id: 3\nevent: resolved\ndata: {"), "{followed}");
}

#[tokio::test]
async fn a_client_that_connects_again_goes_on_where_it_was() {
    let mut rig = Rig::new();
    for name in ["web", "api", "db"] {
        rig.happen(|ledger| ledger.open(&PRIVILEGED, name));
    }
    let (_served, mut stream) = rig.connect().await;
    ask_for_events(&mut stream, "?since=0 HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 2").await;
    let replayed = read_until(&mut stream, "\n\n").await;
    assert!(replayed.contains("id: 3\n") && !replayed.contains("id: 2\n"), "{replayed}");
}

#[tokio::test]
async fn a_client_from_before_the_journal_was_begun_anew_is_told_so() {
    let mut rig = Rig::new();
    rig.happen(|ledger| ledger.open(&PRIVILEGED, "web"));
    let (_served, mut stream) = rig.connect().await;
    ask_for_events(&mut stream, "?since=900 HTTP/1.1\r\nHost: localhost").await;
    let replayed = read_until(&mut stream, "id: 1\n").await;
    let gap = "id: 0\nevent: gap\ndata: {\"schema\":\"plimsoll.dev/gap/v1\",\"first\":1,\"last\":900}\n\n";
    assert!(replayed.contains(gap), "{replayed}");
}

#[tokio::test]
async fn what_is_no_number_is_no_place_to_begin() {
    let rig = Rig::new();
    assert_eq!(rig.get("/api/v1/events?since=-1").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(rig.get("/api/v1/events?from=1").await.0, StatusCode::BAD_REQUEST);
    let header = request("GET", "/api/v1/events").header("last-event-id", "abc");
    let response = rig.ask(header.body(Body::empty()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn streams_are_bounded_and_their_places_are_given_back() {
    let rig = Rig::new();
    let router = rig.router(Port::Api, Access::Loopback);
    let open = async || {
        let request = request("GET", "/api/v1/events").body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("an answer")
    };
    let mut streams = Vec::new();
    for _ in 0..STREAMS_MAX {
        streams.push(open().await);
    }
    assert!(streams.iter().all(|stream| stream.status() == StatusCode::OK));
    assert_eq!(open().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    streams.pop();
    assert_eq!(open().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn without_a_journal_there_are_no_events() {
    let rig = Rig::new();
    let state = State { journal: None, ..rig.state() };
    let router = router(Port::Api, Access::Loopback, state, rig.shutdown.subscribe());
    let request = request("GET", "/api/v1/events").body(Body::empty()).expect("a request");
    assert_eq!(router.oneshot(request).await.expect("an answer").status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_end_comes_at_once_even_with_a_stream_open() {
    let mut rig = Rig::new();
    rig.happen(|ledger| ledger.open(&PRIVILEGED, "web"));
    let (served, mut stream) = rig.connect().await;
    ask_for_events(&mut stream, "?since=0 HTTP/1.1\r\nHost: localhost").await;
    read_until(&mut stream, "\n\n").await;
    rig.shutdown.send_replace(true);
    tokio::time::timeout(Duration::from_secs(5), served).await.expect("in time").expect("no panic");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.expect("the stream ends as it should");
    assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
}
