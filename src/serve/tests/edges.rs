//! Clients that are slow, too large, talk nonsense or go half way. The clock is paused: it jumps to the next limit as
//! soon as everybody waits.

use tokio::time::Instant;

use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\n";

/// Connects to the port of the probes.
async fn connect(rig: &Rig, state: State) -> TcpStream {
    let (_served, address) = rig.serve(Port::Metrics, Access::Loopback, state).await;
    TcpStream::connect(address).await.expect("connected")
}

/// What comes back for the bytes until the connection is closed, and after how many seconds that is.
async fn exchange(bytes: &[u8]) -> (String, u64) {
    let rig = Rig::new();
    let mut stream = connect(&rig, rig.state()).await;
    let begun = Instant::now();
    stream.write_all(bytes).await.expect("written");
    let mut answer = Vec::new();
    // A server that closes without having read everything resets the connection, after its answer.
    let _reset = stream.read_to_end(&mut answer).await;
    (String::from_utf8(answer).expect("UTF-8"), begun.elapsed().as_secs())
}

fn livez(more: &str) -> String {
    format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{more}\r\n")
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_given_up() {
    for bytes in ["", "GET /livez HTT", "GET /livez HTTP/1.1\r\nHost: localhost\r\n"] {
        let (answer, secs) = exchange(bytes.as_bytes()).await;
        assert_eq!((answer.contains(OK), secs), (false, 15), "{bytes:?}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_drips_its_head_is_given_up() {
    let rig = Rig::new();
    let mut stream = connect(&rig, rig.state()).await;
    let begun = Instant::now();
    let dripped = async {
        for byte in livez("").bytes() {
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            advance(Duration::from_secs(1)).await;
        }
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer).await;
        answer
    };
    assert_eq!(dripped.await, b"");
    assert!(begun.elapsed().as_secs() >= 15);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_idle_is_closed() {
    let (answer, secs) = exchange(livez("").as_bytes()).await;
    assert!(answer.starts_with(OK) && answer.ends_with("ok\n"), "{answer}");
    assert_eq!(secs, 15);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_refused() {
    let refused = "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    let long = livez(&format!("X: {}\r\n", "a".repeat(16 << 10)));
    let many = |count| livez(&"X: a\r\n".repeat(count));
    for (head, expected) in [(long, refused), (many(64), refused), (many(63), OK)] {
        let (answer, _) = exchange(head.as_bytes()).await;
        assert!(answer.starts_with(expected), "{answer}");
    }
    let path = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(32 << 10));
    assert!(!exchange(path.as_bytes()).await.0.contains(OK));
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_are_answered_in_order_and_nonsense_ends_them() {
    let (answer, _) = exchange([livez(""), livez(""), livez("")].concat().as_bytes()).await;
    assert_eq!(answer.matches(OK).count(), 3, "{answer}");
    let nonsense = [livez("").as_bytes(), b"\0\xff\x16\x03 nonsense\r\n\r\n", livez("").as_bytes()].concat();
    let (answer, _) = exchange(&nonsense).await;
    assert_eq!(answer.matches(OK).count(), 1, "{answer}");
    assert!(answer.contains("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_body_is_not_taken_for_a_request() {
    let hidden = livez("");
    for length in ["Content-Length: 44\r\n", "Transfer-Encoding: chunked\r\n"] {
        let (answer, _) = exchange([livez(length), hidden.clone()].concat().as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(!answer.contains(OK), "{answer}");
    }
    let both = livez("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n");
    assert!(!exchange([both, hidden].concat().as_bytes()).await.0.contains(OK));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_went_half_way_gives_its_place_back() {
    let rig = Rig::new();
    let (_served, address) =
        rig.serve(Port::Metrics, Access::Loopback, State { connections_max: 1, ..rig.state() }).await;
    let mut gone = TcpStream::connect(address).await.expect("connected");
    gone.write_all(b"GET /livez HTTP/1.1\r\nHo").await.expect("written");
    gone.shutdown().await.expect("half closed");
    let mut next = TcpStream::connect(address).await.expect("connected");
    let begun = Instant::now();
    next.write_all(livez("").as_bytes()).await.expect("written");
    assert!(read_until(&mut next, "ok\n").await.starts_with(OK));
    assert_eq!(begun.elapsed().as_secs(), 0, "no limit had to end the first");
}

#[tokio::test(start_paused = true)]
async fn who_fills_the_api_shuts_out_no_probe() {
    let rig = Rig::new();
    let state = || State { connections_max: 2, ..rig.state() };
    let (_api, api) = rig.serve(Port::Api, Access::Loopback, state()).await;
    let (_probes, probes) = rig.serve(Port::Metrics, Access::Loopback, state()).await;
    let mut full = Vec::new();
    for _ in 0..4 {
        full.push(TcpStream::connect(api).await.expect("connected"));
    }
    let mut stream = TcpStream::connect(probes).await.expect("connected");
    let begun = Instant::now();
    stream.write_all(livez("").as_bytes()).await.expect("written");
    assert!(read_until(&mut stream, "ok\n").await.starts_with(OK));
    assert_eq!(begun.elapsed().as_secs(), 0);
}
