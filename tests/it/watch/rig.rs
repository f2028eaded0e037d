//! The embedded cluster, watches on it, and an engine that takes what they deliver.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use kube::client::{Body, ClientBuilder, DynBody};
use plimsoll::baseline::Declared;
use plimsoll::checks::CHECKS;
use plimsoll::demo::objects::{Container, Namespace, ObjectMeta, Pod, PodSpec, SecurityContext};
use plimsoll::demo::server::{Faults, Server};
use plimsoll::demo::store::Store;
use plimsoll::engine::Engine;
use plimsoll::model::{Kind, Sight, Transition, View};
use plimsoll::snapshot::{Intake, Snapshot};
use plimsoll::watch::{Delivery, Options, watch};
use tokio::sync::{mpsc, watch as observed};
use tokio::time::{Instant, timeout_at};
use tower::util::{MapRequestLayer, MapResponseLayer};

/// How long a test waits for what it expects.
const DEADLINE: Duration = Duration::from_secs(30);

/// The same in time that passes only when all wait.
const DEADLINE_PAUSED: Duration = Duration::from_hours(1);

/// The check whose deviations the tests look at.
const CHECK: &str = "pod-security/privileged";

pub(super) fn now() -> Timestamp {
    "2026-11-24T09:00:00Z".parse().expect("a time")
}

pub(super) fn options() -> Options {
    Options {
        page_size: 2,
        lifetime: Duration::from_mins(5),
        backoff_min: Duration::from_millis(2),
        backoff_max: Duration::from_millis(20),
        absence: Duration::from_millis(500),
        frame_max: 1024 * 1024,
        clock: now,
    }
}

/// A pod of the namespace `shop` with one container, which may be privileged.
pub(super) fn pod(name: &str, privileged: bool) -> Pod {
    let security = SecurityContext { privileged: Some(privileged), ..SecurityContext::default() };
    let container =
        Container { name: "main".to_owned(), security_context: Some(security), ..Container::default() };
    let metadata =
        ObjectMeta { namespace: "shop".to_owned(), name: name.to_owned(), ..ObjectMeta::default() };
    Pod { metadata, spec: PodSpec { containers: vec![container], ..PodSpec::default() }, ..Pod::default() }
}

/// A namespace without labels.
pub(super) fn namespace(name: &str) -> Namespace {
    let metadata = ObjectMeta { name: name.to_owned(), ..ObjectMeta::default() };
    Namespace { metadata, ..Namespace::default() }
}

/// A store with five pods, of which `bad` and `worse` are privileged.
pub(super) fn store() -> Arc<Store> {
    let store = Arc::new(Store::new(100));
    for name in ["one", "two", "three"] {
        store.put(pod(name, false), now());
    }
    for name in ["bad", "worse"] {
        store.put(pod(name, true), now());
    }
    store
}

pub(super) struct Rig {
    pub(super) server: Server,
    /// The deviations of the pods that were told: event and name.
    pub(super) told: Vec<String>,
    /// How pods were seen, one after the other, each but once in a row.
    pub(super) sights: Vec<Sight>,
    /// The reasons of what went wrong with pods.
    pub(super) troubles: Vec<&'static str>,
    /// What the time is when something is judged.
    pub(super) time: Timestamp,
    deadline: Duration,
    engine: Engine,
    deliveries: mpsc::Receiver<Delivery>,
    /// The requests made, each as path and query.
    asked: observed::Receiver<Vec<String>>,
    /// The content types of what was answered and not refused.
    answered: observed::Receiver<BTreeSet<String>>,
}

impl Rig {
    pub(super) async fn start(faults: Faults, options: Options) -> Self {
        let server = Server::start(store()).await.expect("a free port");
        server.set_faults(faults);
        let (asking, asked) = observed::channel(Vec::new());
        let (answering, answered) = observed::channel(BTreeSet::new());
        let client = client(&server.url(), asking, answering);
        let (sender, deliveries) = mpsc::channel(8);
        let snapshot = Arc::new(Snapshot::default());
        let intake = Arc::new(Intake::of(Arc::clone(&snapshot)));
        for kind in Kind::ALL {
            let (client, intake) = (client.clone(), Arc::clone(&intake));
            tokio::spawn(watch(kind, client, options.clone(), intake, sender.clone()));
        }
        let engine =
            Engine::new(CHECKS, Arc::new(Declared::hardened()), snapshot, SignedDuration::from_mins(15));
        let (told, sights, troubles) = Default::default();
        let (time, deadline) = (now(), DEADLINE);
        Self { server, told, sights, troubles, time, deadline, engine, deliveries, asked, answered }
    }

    /// One that has seen everything there is.
    pub(super) async fn synced(faults: Faults, options: Options) -> Self {
        let mut rig = Self::start(faults, options).await;
        rig.until("the first lists", |rig| rig.view().synced()).await;
        assert_eq!(rig.told(), ["opened bad", "opened worse"]);
        rig
    }

    pub(super) fn store(&self) -> &Store {
        self.server.store()
    }

    /// Takes deliveries and looks at requests until something is so.
    pub(super) async fn until(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + self.deadline;
        while !so(self) {
            tokio::select! {
                delivery = timeout_at(deadline, self.deliveries.recv()) => {
                    let Ok(delivery) = delivery else { panic!("{what} is late: {:?}, asked {:?}", self.sights, *self.asked.borrow()) };
                    self.take(delivery.expect("the watches go on"));
                }
                asked = self.asked.changed() => asked.expect("the client is there"),
                answered = self.answered.changed() => answered.expect("the client is there"),
            }
        }
    }

    /// From now on time passes only when all wait, and then at once. That suits a server that says nothing.
    pub(super) fn pause(&mut self) {
        tokio::time::pause();
        self.deadline = DEADLINE_PAUSED;
    }

    /// From now on time is real again.
    pub(super) fn resume(&mut self) {
        tokio::time::resume();
        self.deadline = DEADLINE;
    }

    fn take(&mut self, delivery: Delivery) {
        if delivery.kind == Kind::Pod {
            self.troubles.extend(delivery.error.iter().map(|trouble| trouble.reason));
        }
        self.engine.absorb(delivery.batch);
        let transitions = self.engine.settle(self.time);
        let mut told: Vec<String> =
            transitions.iter().filter(|it| it.deviation.check.id == CHECK).map(words).collect();
        let view = self.view();
        let blind = view.checks.iter().find(|it| it.check.id == CHECK).expect("the check runs").blind.clone();
        assert!(blind.is_empty() || told.is_empty(), "blind to {blind:?}, and yet {told:?}");
        told.sort_unstable();
        self.told.append(&mut told);
        let sight = self.sight(Kind::Pod);
        if self.sights.last() != Some(&sight) {
            self.sights.push(sight);
        }
    }

    pub(super) fn view(&mut self) -> View {
        self.engine.view(self.time)
    }

    pub(super) fn sight(&mut self, kind: Kind) -> Sight {
        self.view().kinds.into_iter().find(|it| it.kind == kind).expect("every kind is in the view").sight
    }

    /// How many objects of the kind are held.
    pub(super) fn objects(&mut self, kind: Kind) -> usize {
        self.view().kinds.into_iter().find(|it| it.kind == kind).expect("every kind is in the view").objects
    }

    /// The kinds that keep the check of pods from seeing.
    pub(super) fn blind(&mut self) -> Vec<Kind> {
        self.view().checks.into_iter().find(|it| it.check.id == CHECK).expect("the check runs").blind
    }

    /// The names of the pods that deviate.
    pub(super) fn standing(&mut self) -> Vec<String> {
        let view = self.view();
        let standing = view.standing.values().filter(|it| it.check.id == CHECK);
        let mut names: Vec<String> = standing.map(|it| it.finding.object.key.name.to_string()).collect();
        names.sort_unstable();
        names
    }

    /// What was told since the last time.
    pub(super) fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    /// The queries made of pods that contain this.
    pub(super) fn asked(&self, part: &str) -> Vec<String> {
        let of_pods = |asked: &&String| asked.starts_with("/api/v1/pods?") && asked.contains(part);
        self.asked.borrow().iter().filter(of_pods).cloned().collect()
    }

    /// The content types of what was answered and not refused.
    pub(super) fn answered(&self) -> Vec<String> {
        self.answered.borrow().iter().cloned().collect()
    }

    /// Forgets how pods were seen, but for how they are.
    pub(super) fn look_anew(&mut self) {
        self.sights = vec![self.sight(Kind::Pod)];
        self.troubles.clear();
    }
}

fn words(transition: &Transition) -> String {
    format!("{} {}", transition.event, transition.deviation.finding.object.key.name)
}

/// A client that notes what it asks and what it is answered.
fn client(
    url: &str,
    asking: observed::Sender<Vec<String>>,
    answering: observed::Sender<BTreeSet<String>>,
) -> kube::Client {
    let asking = Arc::new(asking);
    let ask = MapRequestLayer::new(move |request: Request<Body>| {
        asking.send_modify(|asked| asked.push(request.uri().path_and_query().expect("a path").to_string()));
        request
    });
    let answering = Arc::new(answering);
    let answer = MapResponseLayer::new(move |response: Response<Box<DynBody>>| {
        let content_type = response.headers()["content-type"].to_str().expect("ASCII").to_owned();
        answering
            .send_if_modified(|answered| response.status().is_success() && answered.insert(content_type));
        response
    });
    let mut config = kube::Config::new(url.parse().expect("a URL"));
    config.default_retry = false;
    ClientBuilder::try_from(config)
        .expect("nothing to configure")
        .with_layer(&ask)
        .with_layer(&answer)
        .build()
}
