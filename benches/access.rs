//! What it costs to ask the API as somebody whose token is remembered, over TLS, beside asking it on loopback.
//!
//! `cargo bench --bench access`. Each is one connection that asks one request after the other for a page without
//! deviations, so that what is measured is the way in.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use kube::client::Body;
use plimsoll::baseline::Declared;
use plimsoll::checks::CHECKS;
use plimsoll::engine::Engine;
use plimsoll::run::now;
use plimsoll::serve::{Access, Follower, Port, ReviewOptions, Reviewer, State, TlsFiles, Vitals, serve};
use plimsoll::sinks::metrics::{self, Metrics};
use plimsoll::snapshot::Snapshot;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

const REQUESTS: u32 = 20_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (_shutdown, ending) = watch::channel(false);
    let plain = open(Access::Loopback, &ending).await?;
    let loopback = measure(TcpStream::connect(plain).await?).await?;

    let folder = tempfile::tempdir()?;
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let files = TlsFiles { cert: folder.path().join("tls.crt"), key: folder.path().join("tls.key") };
    std::fs::write(&files.cert, pair.cert.pem())?;
    std::fs::write(&files.key, pair.signing_key.serialize_pem())?;
    let (_follower, tls) = Follower::start(files)?;
    let guarded = open(Access::Reviewed { tls, reviewer: Arc::new(reviewer()) }, &ending).await?;
    let mut roots = RootCertStore::empty();
    roots.add(pair.cert.der().clone())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    let stream = TcpStream::connect(guarded).await?;
    let stream = connector.connect(ServerName::try_from("localhost")?, stream).await?;
    let reviewed = measure(stream).await?;

    println!("{REQUESTS} requests, one after the other");
    println!("  on loopback                    {:>6.1} µs", micros(loopback));
    println!("  over TLS, token remembered     {:>6.1} µs", micros(reviewed));
    Ok(())
}

async fn open(access: Access, ending: &watch::Receiver<bool>) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let snapshot = Arc::new(Snapshot::default());
    let mut engine =
        Engine::new(CHECKS, Arc::new(Declared::hardened()), snapshot, jiff::SignedDuration::ZERO);
    let state = State {
        view: watch::channel(Arc::new(engine.view(now()))).1,
        metrics: Arc::new(Metrics::new("0.0.0")),
        metrics_options: metrics::Options::default(),
        cluster: "bench".into(),
        journal: None,
        vitals: Arc::new(Vitals::default()),
        connections_max: 8,
        streams_max: 0,
    };
    tokio::spawn(serve(listener, Port::Api, access, state, ending.clone()));
    Ok(address)
}

/// One who asks an API server that lets everybody read everything.
fn reviewer() -> Reviewer {
    let service = tower::service_fn(async |_request: http::Request<Body>| {
        let status = r#"{"status":{"authenticated":true,"user":{"username":"reader"},"allowed":true}}"#;
        Ok::<_, std::io::Error>(http::Response::new(Body::from(status.as_bytes().to_vec())))
    });
    let options = ReviewOptions { audiences: Vec::new(), remember: Duration::from_mins(5) };
    let client = kube::Client::new(service, "default");
    Reviewer::new(client, options, Arc::new(Metrics::new("0.0.0")))
}

/// How long the requests take together.
async fn measure(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> anyhow::Result<Duration> {
    let token = "a".repeat(1000);
    let request = format!(
        "GET /api/v1/deviations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    let mut answer = [0; 4096];
    let begun = Instant::now();
    for _ in 0..REQUESTS {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut count = 0;
        while !answer[..count].ends_with(b"\"next\":null}") {
            let read = stream.read(&mut answer[count..]).await.context("the server closed")?;
            ensure!(read > 0, "not an empty page: {}", String::from_utf8_lossy(&answer[..count]));
            count += read;
        }
    }
    Ok(begun.elapsed())
}

fn micros(all: Duration) -> f64 {
    (all / REQUESTS).as_secs_f64() * 1e6
}
