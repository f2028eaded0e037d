//! Beyond loopback: TLS, and a token that the API server has reviewed.

use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::ServerName;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::serve::access::tests::Cluster;
use crate::serve::tls::tests::{certified, client, write};

/// A port that anybody reaches.
struct Guarded {
    rig: Rig,
    address: SocketAddr,
    pair: CertifiedKey<KeyPair>,
    cluster: Arc<Cluster>,
    _files: TempDir,
    _follower: Follower,
}

impl Guarded {
    async fn open(port: Port) -> Self {
        let rig = Rig::new();
        let files = tempfile::tempdir().expect("a directory");
        let pair = certified();
        let (follower, tls) = Follower::start(write(files.path(), &pair)).expect("they are right");
        let cluster = Cluster::new();
        let access = Access::Reviewed { tls, reviewer: Arc::new(cluster.reviewer(&[])) };
        let (_served, address) = rig.serve(port, access, rig.state()).await;
        Self { rig, address, pair, cluster, _files: files, _follower: follower }
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.address).await.expect("connected");
        let name = ServerName::try_from("localhost").expect("a name");
        client(&self.pair).connect(name, stream).await.expect("agreed")
    }

    /// The answer without its date.
    async fn ask(&self, head: &str) -> String {
        let mut stream = self.connect().await;
        let request = format!("{head}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).expect("UTF-8");
        answer.lines().filter(|line| !line.starts_with("date: ")).collect::<Vec<_>>().join("\n")
    }

    async fn get(&self, path: &str, token: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: plimsoll.example\r\nAuthorization: Bearer {token}");
        self.ask(&head).await
    }
}

#[tokio::test]
async fn a_good_token_with_the_right_reads() {
    let metrics = Guarded::open(Port::Metrics).await;
    let page = metrics.get("/metrics", "good").await;
    assert!(page.starts_with("HTTP/1.1 200 OK\n") && page.contains("plimsoll_build_info"), "{page}");
    let api = Guarded::open(Port::Api).await;
    assert!(api.get("/api/v1/deviations", "good").await.starts_with("HTTP/1.1 200 OK\n"));
    assert!(api.get("/api/v1/deviation", "good").await.starts_with("HTTP/1.1 404 "));
    assert!(api.get("/livez", "good").await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn probes_need_no_token_and_say_no_more_than_they_must() {
    let mut guarded = Guarded::open(Port::Metrics).await;
    let probe = "HTTP/1.1\r\nHost: 10.0.0.1:9478";
    assert!(guarded.ask(&format!("GET /livez {probe}")).await.starts_with("HTTP/1.1 200 OK\n"));
    assert!(guarded.ask(&format!("GET /readyz {probe}")).await.starts_with("HTTP/1.1 200 OK\n"));
    guarded.rig.ledger.view.kinds[1].sight = Sight::Lost(Loss::Forbidden);
    guarded.rig.publish();
    let unready = guarded.ask(&format!("GET /readyz {probe}")).await;
    assert!(unready.starts_with("HTTP/1.1 503 ") && !unready.contains("Pod"), "{unready}");
    for path in ["/livez/", "/readyz/..", "//livez"] {
        assert!(guarded.ask(&format!("GET {path} {probe}")).await.starts_with("HTTP/1.1 401 "), "{path}");
    }
}

#[tokio::test]
async fn strangers_are_told_the_same_whatever_they_ask() {
    let guarded = Guarded::open(Port::Api).await;
    let host = "Host: plimsoll.example";
    let expected = guarded.ask(&format!("GET /api/v1/deviations HTTP/1.1\r\n{host}")).await;
    assert!(expected.starts_with("HTTP/1.1 401 Unauthorized\n"), "{expected}");
    assert!(expected.contains("www-authenticate: Bearer\n") && expected.contains("nosniff"), "{expected}");
    for head in [
        "GET /nowhere HTTP/1.1",
        "POST /api/v1/deviations HTTP/1.1",
        "GET /api/v1/deviations?limit=0 HTTP/1.1",
        "GET /api/v1/deviations HTTP/1.1\r\nAuthorization: Bearer bad",
        "GET /api/v1/deviations HTTP/1.1\r\nAuthorization: Basic Z29vZDpnb29k",
        "GET /api/v1/deviations HTTP/1.1\r\nAuthorization: Bearer good\r\nAuthorization: Bearer good",
        "GET /livez HTTP/1.1",
    ] {
        assert_eq!(guarded.ask(&format!("{head}\r\n{host}")).await, expected, "{head}");
    }
}

#[tokio::test]
async fn who_has_no_right_is_told_the_same_whatever_the_path() {
    let guarded = Guarded::open(Port::Api).await;
    let expected = guarded.get("/api/v1/deviations", "poor").await;
    assert!(expected.starts_with("HTTP/1.1 403 Forbidden\n"), "{expected}");
    let long = format!("/{}", "a".repeat(1000));
    for path in ["/nowhere", "/api/v1/deviations?limit=0", "/api/v1/../metrics", &long] {
        assert_eq!(guarded.get(path, "poor").await, expected, "{path}");
    }
    let unserved = guarded.get(&long, "good").await;
    assert_eq!(unserved, expected);
}

#[tokio::test]
async fn without_the_api_server_nobody_reads() {
    let guarded = Guarded::open(Port::Metrics).await;
    *guarded.cluster.refuses.lock() = Some(StatusCode::INTERNAL_SERVER_ERROR);
    let expected = guarded.get("/metrics", "good").await;
    assert!(expected.starts_with("HTTP/1.1 503 ") && expected.contains("retry-after: 2\n"), "{expected}");
    assert_eq!(guarded.get("/metrics", "bad").await, expected);
}

/// What the server says to bytes that are no handshake it can agree to, and after how many seconds it closes.
async fn refused(bytes: &[u8]) -> (Vec<u8>, u64) {
    let guarded = Guarded::open(Port::Metrics).await;
    let mut stream = TcpStream::connect(guarded.address).await.expect("connected");
    let begun = Instant::now();
    stream.write_all(bytes).await.expect("written");
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    (answer, begun.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn who_does_not_agree_on_tls_is_let_go() {
    let (answer, secs) = refused(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(secs, 0);
    // The beginning of a handshake, and none at all.
    for silent in [&b"\x16\x03\x01\x02\x00"[..], b""] {
        assert_eq!(refused(silent).await, (Vec::new(), 5));
    }
}

#[tokio::test(start_paused = true)]
async fn older_versions_of_tls_are_refused() {
    // A ClientHello of TLS 1.1 with one cipher suite, one group and one signature algorithm.
    let mut hello = vec![0x01, 0, 0, 59, 0x03, 0x02];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0, 0, 16]);
    hello.extend([0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3]);
    let record = [&[0x16, 0x03, 0x01, 0, 63][..], &hello].concat();
    let (answer, _) = refused(&record).await;
    assert_eq!(answer, [0x15, 0x03, 0x03, 0, 2, 2, 70], "a fatal alert: protocol_version");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let guarded = Guarded::open(Port::Metrics).await;
    let stream = TcpStream::connect(guarded.address).await.expect("connected");
    let name = ServerName::try_from("localhost").expect("a name");
    assert!(client(&certified()).connect(name, stream).await.is_err());
}
