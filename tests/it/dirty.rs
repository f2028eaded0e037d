//! The first look at a cluster that is full of deviations.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use plimsoll::config::{self, Config, Sources};
use plimsoll::demo::population::Workload;
use plimsoll::demo::scenario::{Action, Step, apply};
use plimsoll::demo::server::{Faults, Server, Stalled};
use plimsoll::demo::store::Store;
use plimsoll::model::{Event, Kind};
use plimsoll::run::{Daemon, Told, now};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How many privileged pods there are, each with a deviation of its own.
const PODS: usize = 600;

/// How many alerts may go together.
const BATCH_MAX: usize = 100;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The check that all pods fail, among others.
const CHECK: &str = "pod-security/privileged";

/// What they are held against: the pods alone.
const BASELINE: &str = "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {name: pods}\n\
                        spec: {podSecurity: {level: restricted, namespaceLabel: enforce}}\n";

struct Rig {
    server: Server,
    daemon: Daemon,
    told: mpsc::Receiver<Told>,
    /// What Alertmanager took: for each request, the names of the pods and the checks.
    taken: mpsc::Receiver<Vec<(String, String)>>,
    folder: TempDir,
}

impl Rig {
    async fn start(notify_initial: &str, faults: Faults) -> Self {
        let store = Arc::new(Store::new(2 * PODS));
        for number in 0..PODS {
            make_pod(&store, &format!("pod-{number:03}"));
        }
        let server = Server::start(store).await.unwrap();
        server.set_faults(faults);
        let (address, taken) = alertmanager().await;
        let folder = tempfile::tempdir().unwrap();
        let config = settings(&folder, address, notify_initial);
        let mut kube_config = kube::Config::new(server.url().parse().unwrap());
        kube_config.default_retry = false;
        let (tell, told) = mpsc::channel(100 * PODS);
        let client = kube::Client::try_from(kube_config).unwrap();
        let daemon = Daemon::start(&config, client, Some(tell)).await.unwrap();
        Self { server, daemon, told, taken, folder }
    }

    /// Waits until all is seen, and gives how many deviations stand.
    async fn synced(&mut self) -> usize {
        let view = timeout(PATIENCE, self.daemon.view.wait_for(|view| view.synced() && view.seq > 0));
        view.await.expect("in time").expect("the daemon runs").standing.len()
    }

    async fn told(&mut self, count: usize) -> Vec<Told> {
        let mut told = Vec::new();
        while told.len() < count {
            told.push(timeout(PATIENCE, self.told.recv()).await.expect("in time").expect("the daemon runs"));
        }
        told
    }

    async fn taken(&mut self) -> Vec<(String, String)> {
        timeout(PATIENCE, self.taken.recv()).await.expect("in time").expect("Alertmanager runs")
    }

    fn make_pod(&self, name: &str) {
        make_pod(self.server.store(), name);
    }

    /// How many deviations of the check the metrics count.
    async fn counted(&self) -> usize {
        let mut stream = TcpStream::connect(self.daemon.addresses.metrics).await.unwrap();
        let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).await.unwrap();
        let series = format!("plimsoll_deviations{{check=\"{CHECK}\",");
        let values = page.lines().filter_map(|line| line.strip_prefix(&series)?.rsplit_once(' '));
        values.map(|(_, count)| count.parse::<usize>().unwrap()).sum()
    }
}

/// Makes a privileged pod.
fn make_pod(store: &Store, name: &str) {
    let pod = Workload::new(Kind::Pod, "shop", name, 1, &["main"]).privileged("main");
    let step = Step { title: "a pod appears", action: Action::RollOut(pod), expected: Vec::new() };
    apply(&step, store, now());
}

fn settings(folder: &TempDir, alertmanager: SocketAddr, notify_initial: &str) -> Config {
    let journal = folder.path().to_str().unwrap().to_owned();
    let baseline = folder.path().join("baseline.yaml");
    std::fs::write(&baseline, BASELINE).unwrap();
    let variables = [
        ("PLIMSOLL_SERVE_LISTEN", "127.0.0.1:0".to_owned()),
        ("PLIMSOLL_SERVE_API_LISTEN", "127.0.0.1:0".to_owned()),
        ("PLIMSOLL_JOURNAL_DIR", journal),
        ("PLIMSOLL_BASELINE_PATH", baseline.to_str().unwrap().to_owned()),
        ("PLIMSOLL_ALERTMANAGER_URLS", format!("http://{alertmanager}")),
        ("PLIMSOLL_ALERTMANAGER_BATCH_MAX", BATCH_MAX.to_string()),
        ("PLIMSOLL_NOTIFY_INITIAL", notify_initial.to_owned()),
    ];
    let environment = variables.map(|(name, value)| (name.into(), value.into())).into();
    config::load(&Sources { environment, ..Sources::default() }).unwrap()
}

/// An Alertmanager that takes everything, and tells what.
async fn alertmanager() -> (SocketAddr, mpsc::Receiver<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, taken) = mpsc::channel(1000);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let sender = sender.clone();
                async move {
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    sender.send(labels(&body)).await.unwrap();
                    Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (address, taken)
}

fn labels(body: &[u8]) -> Vec<(String, String)> {
    let alerts: Vec<serde_json::Value> = serde_json::from_slice(body).unwrap();
    let label =
        |alert: &serde_json::Value, name: &str| alert["labels"][name].as_str().unwrap_or_default().to_owned();
    alerts.iter().map(|alert| (label(alert, "resource_name"), label(alert, "check"))).collect()
}

#[tokio::test]
async fn it_is_told_at_once_marked_and_sent_in_bounded_batches() {
    let mut rig = Rig::start("true", Faults::default()).await;
    let standing = rig.synced().await;
    assert!(standing >= PODS);
    let told = rig.told(standing).await;
    let first = told[0].transition.time;
    for (seq, it) in (1..).zip(&told) {
        let transition = &it.transition;
        assert_eq!((transition.event, transition.seq), (Event::Opened, seq));
        assert!(transition.deviation.initial && !transition.while_down, "{transition:?}");
        assert_eq!(transition.time, first, "it is one look");
    }
    assert_eq!(rig.counted().await, PODS);
    let mut sent = Vec::new();
    while sent.len() < standing {
        let batch = rig.taken().await;
        assert!((1..=BATCH_MAX).contains(&batch.len()), "{}", batch.len());
        sent.extend(batch);
    }
    sent.sort_unstable();
    sent.dedup();
    assert_eq!(sent.len(), standing, "each is sent once");

    rig.make_pod("late");
    let late = rig.told(1).await;
    assert!(!late[0].transition.deviation.initial);
    assert!(rig.taken().await.iter().all(|(name, _)| name == "late"));
    rig.daemon.stop().await.unwrap();
    let journal = std::fs::read_to_string(rig.folder.path().join("events.jsonl")).unwrap();
    let initial = journal.lines().filter(|line| line.contains("\"initial\":true")).count();
    assert_eq!(initial, standing);
}

#[tokio::test]
async fn it_can_be_kept_from_the_pager_and_from_nothing_else() {
    let mut rig = Rig::start("false", Faults::default()).await;
    let standing = rig.synced().await;
    assert_eq!(rig.told(standing).await.len(), standing);
    rig.make_pod("late");
    let late = rig.taken().await;
    assert!(late.iter().all(|(name, _)| name == "late"), "{late:?}");
    assert!(late.iter().any(|(_, check)| check == CHECK), "{late:?}");
    assert_eq!(rig.counted().await, PODS + 1);
}

#[tokio::test]
async fn nothing_is_told_before_all_that_there_is_was_seen() {
    let pages = Faults { watch_list_refused: true, ..Faults::default() };
    let mut rig = Rig::start("true", Faults { stalled: Some(Stalled::FurtherPages), ..pages.clone() }).await;
    let page = |view: &Arc<plimsoll::model::View>| view.kinds[Kind::Pod as usize].objects > 0;
    let view = timeout(PATIENCE, rig.daemon.view.wait_for(page)).await.expect("in time").unwrap().clone();
    assert_eq!((view.standing.len(), view.seq), (0, 0));
    // What comes while it looks is part of the first look where the list shows it, and news where it does not.
    rig.make_pod("late");
    rig.server.set_faults(pages);
    let standing = rig.synced().await;
    let told = rig.told(standing).await;
    assert!(told.iter().all(|it| it.transition.deviation.initial));
    let late = rig.told(1).await;
    let name = &late[0].transition.deviation.finding.object.key.name;
    assert_eq!((&**name, late[0].transition.deviation.initial), ("late", false));
}
