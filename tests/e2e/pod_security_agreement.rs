//! The API server's own Pod Security admission refuses exactly what the controls report.

use std::env;
use std::io::{Write, stderr};
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::StatusCode;
use plimsoll::baseline::Level;
use plimsoll::model::Kind;
use plimsoll::snapshot::PodTemplate;
use plimsoll::wire::Encoding::{self, Json, Protobuf};
use serde_json::{Value, json};

use crate::support::agreement::{Judged, Outcome, Tally};
use crate::support::control_plane::ControlPlane;
use crate::support::dry_run::DryRun;
use crate::support::generated::{self, Draw};
use crate::support::kubeconfig::Served;
use crate::support::refusal::{all_controls, failed_controls};
use crate::support::standard::{Enforcing, Standard};
use crate::support::{judged, web};

/// How many pods are drawn.
const PODS: u64 = 3_000;

/// In how many of the namespaces, chosen by lot, each is tried.
const STANDARDS_OF_A_POD: usize = 12;

/// How many ephemeral containers are drawn, and tried in each namespace.
const EPHEMERAL_CONTAINERS: u64 = 100;

/// What there is to fail in an ephemeral container.
const OF_EPHEMERAL_CONTAINERS: [&str; 10] = [
    "pod-security/allow-privilege-escalation",
    "pod-security/app-armor-profile",
    "pod-security/capabilities-baseline",
    "pod-security/capabilities-restricted",
    "pod-security/privileged",
    "pod-security/proc-mount",
    "pod-security/run-as-non-root",
    "pod-security/run-as-user",
    "pod-security/se-linux-options",
    "pod-security/seccomp-profile-restricted",
];

/// What `hostUsers` of the pods is that ephemeral containers are added to.
const HOST_USERS: [bool; 2] = [true, false];

/// How many pods are asked about at once: enough to keep two cores of a server busy.
const AT_ONCE: usize = 8;

/// Where the drawing starts, unless the environment says otherwise.
const SEED: u64 = 1;

#[test]
fn generated_pods_fail_what_admission_refuses() {
    let plane = ControlPlane::shared();
    let standards = Standard::all();
    let enforcing = Enforcing::create(&plane, "e2e-agreement", &standards);
    let seed = env::var("PLIMSOLL_SEED").map_or(SEED, |seed| seed.parse().expect("the seed is a number"));
    let tally = web::runtime().block_on(async {
        let trial = Trial { server: DryRun::new(&plane).await, enforcing, standards };
        let outcomes = stream::iter(0..PODS).map(|number| trial.pod(seed + number)).buffer_unordered(AT_ONCE);
        outcomes.fold(Tally::default(), async |tally, outcome| tally.with(outcome)).await
    });
    tell("generated pods", seed, &tally);
    tally.check_agreement();
    tally.check_variety(all_controls(), 100);
}

#[test]
fn ephemeral_containers_fail_what_admission_refuses() {
    let plane = ControlPlane::shared();
    let restricted = ["v1.0", "v1.8", "v1.18", "v1.24", "v1.34", "latest"];
    let baseline = ["v1.30", "latest"].map(|version| Standard::new(Level::Baseline, version));
    let standards =
        [&restricted.map(|version| Standard::new(Level::Restricted, version))[..], &baseline].concat();
    let enforcing = Enforcing::create(&plane, "e2e-ephemeral", &standards);
    for standard in [&[Standard::PRIVILEGED], &standards[..]].concat() {
        let pods = json!({"apiVersion": "v1", "kind": "List", "items": HOST_USERS.map(strict_pod)});
        let namespace = enforcing.name(standard);
        plane.kubectl(&["create", "--namespace", &namespace, "--filename", "-"], &pods.to_string());
    }
    let tally = web::runtime().block_on(async {
        let trial = Trial { server: DryRun::new(&plane).await, enforcing, standards };
        let tried =
            stream::iter(0..EPHEMERAL_CONTAINERS).map(|number| trial.ephemeral_container(SEED + number));
        let outcomes = tried.buffer_unordered(AT_ONCE);
        outcomes.fold(Tally::default(), async |tally, outcome| tally.with(outcome)).await
    });
    tell("pods with a generated ephemeral container", SEED, &tally);
    tally.check_agreement();
    tally.check_variety(OF_EPHEMERAL_CONTAINERS, 10);
}

/// Past what captures the output of a test that passes: the count is what these tests are for.
fn tell(what: &str, seed: u64, tally: &Tally) {
    writeln!(stderr(), "{what}, seed {seed}: {tally}").expect("stderr takes it");
}

/// The namespaces in which each pod is tried.
struct Trial {
    server: DryRun,
    enforcing: Enforcing,
    standards: Vec<Standard>,
}

impl Trial {
    async fn pod(&self, seed: u64) -> Outcome {
        let mut draw = Draw::from_seed(seed);
        let pod = generated::pod(&mut draw);
        let sent = Bytes::from(pod.to_string());
        let served = self.create(Kind::Pod, Standard::PRIVILEGED, sent.clone(), Json).await;
        if served.status != StatusCode::CREATED {
            return Outcome::Invalid(text(&served));
        }
        let mut verdicts = Vec::new();
        for standard in draw.some_of(&self.standards, STANDARDS_OF_A_POD) {
            let served = self.create(Kind::Pod, standard, sent.clone(), Json).await;
            verdicts.push((standard, failed_controls(&served, standard)));
        }
        let protobuf = self.create(Kind::Pod, Standard::PRIVILEGED, sent.clone(), Protobuf).await;
        let forms = [&pod_forms(sent, served, protobuf)[..], &self.workload_forms(&pod).await].concat();
        Outcome::Judged(Judged { pod: pod.to_string(), forms, verdicts })
    }

    async fn workload_forms(&self, pod: &Value) -> [(&'static str, Arc<PodTemplate>); 2] {
        let sent = Bytes::from(generated::deployment(pod).to_string());
        let served = self.create(Kind::Deployment, Standard::PRIVILEGED, sent.clone(), Json).await;
        assert_eq!(served.status, StatusCode::CREATED, "{}", text(&served));
        [
            ("Deployment as sent", judged::template(Kind::Deployment, Json, sent)),
            ("Deployment as served", judged::template(Kind::Deployment, Json, served.body)),
        ]
    }

    async fn ephemeral_container(&self, seed: u64) -> Outcome {
        let mut draw = Draw::from_seed(seed);
        let host_users = draw.one_of(&HOST_USERS);
        let mut pod = strict_pod(host_users);
        pod["spec"]["ephemeralContainers"] = json!([generated::ephemeral_container(&mut draw, host_users)]);
        let served = self.debug(&pod, Standard::PRIVILEGED, Json).await;
        if served.status != StatusCode::OK {
            return Outcome::Invalid(text(&served));
        }
        let mut verdicts = Vec::new();
        for standard in &self.standards {
            verdicts.push((*standard, failed_controls(&self.debug(&pod, *standard, Json).await, *standard)));
        }
        let protobuf = self.debug(&pod, Standard::PRIVILEGED, Protobuf).await;
        let forms = pod_forms(pod.to_string().into(), served, protobuf).into();
        Outcome::Judged(Judged { pod: pod.to_string(), forms, verdicts })
    }

    async fn create(&self, kind: Kind, standard: Standard, object: Bytes, answer: Encoding) -> Served {
        self.server.create(&self.enforcing.collection(kind, standard), object, answer).await
    }

    /// Adds to a pod that is there the ephemeral containers of this one.
    async fn debug(&self, pod: &Value, standard: Standard, answer: Encoding) -> Served {
        let pods = self.enforcing.collection(Kind::Pod, standard);
        let name = pod["metadata"]["name"].as_str().expect("a pod has a name");
        let patch = json!({"spec": {"ephemeralContainers": pod["spec"]["ephemeralContainers"]}});
        self.server.patch(&format!("{pods}/{name}/ephemeralcontainers"), &patch, answer).await
    }
}

/// A pod as files and as a live cluster have it.
fn pod_forms(sent: Bytes, json: Served, protobuf: Served) -> [(&'static str, Arc<PodTemplate>); 3] {
    [
        ("pod as sent", judged::template(Kind::Pod, Json, sent)),
        ("pod as served in JSON", judged::template(Kind::Pod, Json, json.body)),
        ("pod as served in protobuf", judged::template(Kind::Pod, Protobuf, protobuf.body)),
    ]
}

fn text(served: &Served) -> String {
    String::from_utf8_lossy(&served.body).into_owned()
}

/// One that every version of every level takes.
fn strict_pod(host_users: bool) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": if host_users { "shares-users" } else { "has-users" }},
        "spec": {
            "hostUsers": host_users,
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "main",
                "image": "registry.example.com/shop/web:1.0",
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    })
}
