//! The daemon as a process, as it would run anywhere.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::process::{Process, Usage};
use crate::server::Server;
use crate::{Measured, UPDATES};

/// How many events a second come while the latency is measured.
pub(crate) const RATE: usize = 10_000;

/// Of so many events one opens or resolves a deviation while the latency is measured.
const TRANSITION_EVERY: usize = 100;

/// How often the daemon is asked how far it is. What it takes to answer is counted with the rest.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// How long anything may take.
const DEADLINE: Duration = Duration::from_mins(5);

/// What the API server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Protobuf,
    Json,
}

impl Encoding {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Protobuf => "protobuf",
            Self::Json => "JSON",
        }
    }

    const fn command(self) -> &'static str {
        match self {
            Self::Protobuf => "protobuf served",
            Self::Json => "protobuf refused",
        }
    }
}

/// The time on a clock that only goes forward.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// The daemon, started and reachable.
pub(crate) struct Daemon {
    process: Process,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

pub(crate) fn measure(server: &mut Server, pods: usize, encoding: Encoding) -> anyhow::Result<Measured> {
    server.command(encoding.command())?;
    let folder = tempfile::tempdir()?;
    let (daemon, synced, sync) = synced(&kubeconfig(&folder, &server.url)?)?;
    anyhow::ensure!(
        (daemon.metric("plimsoll_objects{kind=\"Pod\"}")? - pods as f64).abs() < 0.5,
        "not all pods are held"
    );
    server.command(&format!("churn {UPDATES} 0"))?;
    daemon.wait(Daemon::is_updated)?;
    let update = daemon.process.usage()?;
    Ok(Measured { synced, sync, update: Some(update) })
}

/// The daemon on the cluster of this kubeconfig, synced, with the seconds that it took and what it used.
pub(crate) fn synced(kubeconfig: &Path) -> anyhow::Result<(Daemon, f64, Usage)> {
    let started = clock();
    let daemon = Daemon::start(kubeconfig)?;
    daemon.wait(Daemon::is_ready)?;
    let synced = started.elapsed().as_secs_f64();
    let sync = daemon.process.usage()?;
    Ok((daemon, synced, sync))
}

/// The latency from the arrival of a frame to the transition that it caused, at [`RATE`] events a second.
pub(crate) fn latency(server: &mut Server) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let (daemon, ..) = synced(&kubeconfig(&folder, &server.url)?)?;
    server.command(&format!("mixed {UPDATES} {RATE} {TRANSITION_EVERY}"))?;
    daemon.wait(Daemon::is_updated)?;
    let buckets = "plimsoll_detection_seconds_bucket{kind=\"Pod\",le=\"";
    let text = daemon.get("/metrics")?;
    let mut histogram = Vec::new();
    for line in text.lines().filter(|line| line.starts_with(buckets)) {
        let (bound, count) = line[buckets.len()..].split_once("\"} ").context("not a bucket")?;
        histogram.push((bound.parse::<f64>().unwrap_or(f64::INFINITY), count.parse::<f64>()?));
    }
    let total = histogram.last().map_or(0.0, |(_, count)| *count);
    // Whether a pod that came and went in one piece of the stream makes two transitions or none is chance.
    let wanted = (UPDATES / TRANSITION_EVERY) as f64;
    anyhow::ensure!(total > wanted * 0.9, "only {total} of {wanted} transitions came");
    let quantile = |q: f64| {
        let bound = histogram
            .iter()
            .find(|(_, count)| *count >= q * total)
            .map_or(f64::INFINITY, |(bound, _)| *bound);
        bound * 1e6
    };
    Ok(format!("p50 ≤ {:.0} µs, p99 ≤ {:.0} µs ({total} transitions)", quantile(0.5), quantile(0.99)))
}

/// A kubeconfig for a server without authentication.
fn kubeconfig(folder: &tempfile::TempDir, url: &str) -> anyhow::Result<PathBuf> {
    let path = folder.path().join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{url}'}}}}]\n\
         users: [{{name: u, user: {{}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n\
         current-context: x\n"
    );
    std::fs::write(&path, text)?;
    Ok(path)
}

impl Daemon {
    fn start(kubeconfig: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .arg("run")
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .arg("--journal-dir")
            .arg(folder.path().join("journal"))
            .args([
                "--serve-listen",
                &address.to_string(),
                "--serve-api-listen",
                "127.0.0.1:0",
                "--log-level",
                "error",
            ])
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { process: Process(child), address, _folder: folder })
    }

    /// Asks again and again until it is so.
    pub(crate) fn wait(&self, so: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let started = clock();
        while !so(self) {
            anyhow::ensure!(started.elapsed() < DEADLINE, "the daemon did not get there in time");
            std::thread::park_timeout(ASK_EVERY);
        }
        Ok(())
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        self.process.usage()
    }

    fn is_ready(&self) -> bool {
        self.get("/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    /// Whether all updates have come.
    fn is_updated(&self) -> bool {
        let modified = self.metric("plimsoll_watch_events_total{kind=\"Pod\",type=\"modified\"}");
        modified.is_ok_and(|count| count >= UPDATES as f64)
    }

    pub(crate) fn metric(&self, series: &str) -> anyhow::Result<f64> {
        let text = self.get("/metrics")?;
        let line = text.lines().find(|line| line.starts_with(series)).context("no such series")?;
        Ok(line.rsplit(' ').next().context("no value")?.parse()?)
    }

    fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
