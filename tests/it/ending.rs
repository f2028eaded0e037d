//! The daemon as a process is told to end, and ends in time with everything written.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use plimsoll::demo::server::Server;
use plimsoll::demo::store::Store;
use plimsoll::demo::{population, scenario};
use plimsoll::run::now;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How long the daemon may take to end: Kubernetes is told to wait no longer than that.
const ENDING_MAX: Duration = Duration::from_secs(5);

/// How long it may take to be ready on a busy machine.
const READY_MAX: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_in_time_with_the_journal_written() {
    let store = Arc::new(Store::new(1000));
    population::populate(&store, now());
    let server = Server::start(store).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (address, api) = (free(), free());
    let baseline = folder.path().join("baseline.yaml");
    std::fs::write(&baseline, scenario::BASELINE).unwrap();
    let daemon = start(
        folder.path(),
        &server.url(),
        (&address, &api),
        &["--baseline-path", baseline.to_str().unwrap()],
    );

    let asked = address.clone();
    timeout(READY_MAX, spawn_blocking(move || until_ready(&asked)))
        .await
        .expect("it is ready in time")
        .unwrap();
    // Somebody who follows events must not hold it up.
    let _follower = request(&api, "/api/v1/events?since=0").unwrap();
    let status =
        timeout(ENDING_MAX, spawn_blocking(move || terminate(daemon))).await.expect("it ends in time");

    assert!(status.unwrap().success());
    let journal = std::fs::read_to_string(folder.path().join("journal/events.jsonl")).unwrap();
    let opened = journal.lines().filter(|line| line.contains("\"event\":\"opened\"")).count();
    assert_eq!(opened, scenario::initial().len(), "{journal}");
    assert!(journal.ends_with('\n'));
}

/// Writes a kubeconfig that leads to the cluster at this URL.
pub(crate) fn write_kubeconfig(folder: &Path, cluster: &str) -> PathBuf {
    let kubeconfig = folder.join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{cluster}'}}}}]\n\
         users: [{{name: u, user: {{}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n\
         current-context: x\n"
    );
    std::fs::write(&kubeconfig, text).unwrap();
    kubeconfig
}

/// Starts the daemon, which serves metrics and probes at the first address and its API at the second, with more
/// arguments.
pub(crate) fn start(folder: &Path, cluster: &str, addresses: (&str, &str), more: &[&str]) -> Child {
    let (address, api) = addresses;
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("run")
        .args(["--serve-listen", address, "--serve-api-listen", api, "--log-level", "error", "--kubeconfig"])
        .arg(write_kubeconfig(folder, cluster))
        .arg("--journal-dir")
        .arg(folder.join("journal"))
        .args(more)
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Asks the daemon at the address until it is ready.
pub(crate) fn until_ready(address: &str) {
    let ready = || -> std::io::Result<bool> {
        let mut answer = [0; 12];
        request(address, "/readyz")?.read_exact(&mut answer)?;
        Ok(answer == *b"HTTP/1.1 200")
    };
    while !ready().unwrap_or(false) {
        std::thread::yield_now();
    }
}

fn request(address: &str, path: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    Ok(stream)
}

/// Tells the daemon to end, and waits for that.
pub(crate) fn terminate(mut daemon: Child) -> ExitStatus {
    // Every shell has it built in; a program of that name is not on every machine.
    let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", daemon.id())]).status().unwrap();
    assert!(told.success());
    daemon.wait().unwrap()
}
