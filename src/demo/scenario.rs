//! The story that the demo tells: what happens in the cluster, and which transitions must come of it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::{Event, Kind, ObjectKey, ObjectKind};
use crate::network::Direction;

use super::population::{Workload, bind, expose, isolate, platform, remove, retire_old, roll_out, unbind};
use super::store::Store;

/// The check that the scenario is about.
pub const PRIVILEGED: &str = "pod-security/privileged";

/// The check of the step about rights.
const UNLISTED_READER: &str = "secrets/unlisted-reader";

/// The check of the step about the network.
const NOT_ISOLATED: &str = "network/not-isolated";

/// What the embedded cluster is held against when the scenario begins.
pub const BASELINE: &str = include_str!("baseline.yaml");

/// The same, with a waiver through this day for what the network of the nodes is made of.
pub fn waived_baseline(through: Date) -> String {
    format!(
        "{BASELINE}\
         \x20 waivers:\n\
         \x20   - check: {PRIVILEGED}\n\
         \x20     match: {{namespace: kube-system, kind: DaemonSet, name: kube-proxy}}\n\
         \x20     owner: platform@harbourline.example\n\
         \x20     reason: it writes the packet filter of its node\n\
         \x20     expires: {through}\n"
    )
}

/// One thing that happens, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happens, in one sentence for people.
    pub title: &'static str,
    pub action: Action,
    /// The transitions that must come of it, and no others.
    pub expected: Vec<Expected>,
}

/// What is done to the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The workload is declared and its pods start. Pods of an earlier template go on running.
    RollOut(Workload),
    /// The rollout ends: pods of earlier templates are gone.
    Finish(Workload),
    /// The workload is deleted with its pods.
    Remove(Workload),
    /// The group is given the role that edits the namespace.
    Bind { namespace: &'static str, group: &'static str },
    /// The role is taken from it.
    Unbind { namespace: &'static str, group: &'static str },
    /// The policy is deleted that isolates the pods of the namespace.
    Expose { namespace: &'static str },
    /// It is there again.
    Isolate { namespace: &'static str },
    /// Nothing happens in the cluster: [`waived_baseline`] takes the place of [`BASELINE`].
    Waive,
}

/// A transition as far as the scenario can know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub event: Event,
    pub check: &'static str,
    pub object: ObjectKey,
    pub key: String,
}

/// What stands before the scenario begins, opened at the first sight of the cluster.
pub fn initial() -> Vec<Expected> {
    platform().iter().flat_map(|workload| privileged(workload, Event::Opened)).collect()
}

/// One transition for each privileged container of the workload.
fn privileged(workload: &Workload, event: Event) -> Vec<Expected> {
    let containers = workload.init_containers.iter().chain(&workload.containers);
    containers
        .filter(|container| container.privileged)
        .map(|container| Expected {
            event,
            check: PRIVILEGED,
            object: workload.object(),
            key: format!("{}/privileged", container.name),
        })
        .collect()
}

/// The steps, in the order in which they must be taken.
pub fn steps() -> Vec<Step> {
    [
        debugger_appears(),
        checkout_loosened(),
        by_hand(),
        nightly_report(),
        cache_tuning(),
        release_team_bound(),
        search_exposed(),
        debugger_leaves(),
        proxy_waived(),
    ]
    .concat()
}

/// Does what the step says.
pub fn apply(step: &Step, store: &Store, now: Timestamp) {
    match &step.action {
        Action::RollOut(workload) => roll_out(store, workload, now),
        Action::Finish(workload) => retire_old(store, workload, now),
        Action::Remove(workload) => remove(store, workload),
        Action::Bind { namespace, group } => bind(store, namespace, group, now),
        Action::Unbind { namespace, group } => unbind(store, namespace, group),
        Action::Expose { namespace } => expose(store, namespace),
        Action::Isolate { namespace } => isolate(store, namespace, now),
        Action::Waive => {}
    }
}

fn roll_out_of(title: &'static str, workload: &Workload, expected: Vec<Expected>) -> Step {
    Step { title, action: Action::RollOut(workload.clone()), expected }
}

fn finish_of(title: &'static str, workload: &Workload, expected: Vec<Expected>) -> Step {
    Step { title, action: Action::Finish(workload.clone()), expected }
}

fn removal_of(title: &'static str, workload: &Workload, expected: Vec<Expected>) -> Step {
    Step { title, action: Action::Remove(workload.clone()), expected }
}

fn debugger() -> Workload {
    Workload::new(Kind::Deployment, "payments", "node-debugger", 3, &["debugger"]).privileged("debugger")
}

fn debugger_appears() -> Vec<Step> {
    let (debugger, more) = (debugger(), debugger().scaled(6));
    vec![
        roll_out_of(
            "Somebody debugs a node: a privileged Deployment appears in payments",
            &debugger,
            privileged(&debugger, Event::Opened),
        ),
        roll_out_of("It is scaled from 3 to 6 pods, which is the same deviation still", &more, Vec::new()),
    ]
}

fn checkout_loosened() -> Vec<Step> {
    let clean = Workload::new(Kind::Deployment, "shop", "checkout", 12, &["api", "proxy", "logger"]);
    let loose = clean.clone().privileged("proxy");
    vec![
        roll_out_of(
            "A rollout of checkout makes its second container privileged",
            &loose,
            privileged(&loose, Event::Opened),
        ),
        finish_of("The rollout ends: only privileged pods are left", &loose, Vec::new()),
        roll_out_of("The fix is rolled out, while the privileged pods still run", &clean, Vec::new()),
        finish_of("The last privileged pod of checkout is gone", &clean, privileged(&loose, Event::Resolved)),
    ]
}

fn by_hand() -> Vec<Step> {
    let shell = Workload::new(Kind::Pod, "accounts", "shell", 1, &["sh"]).privileged("sh");
    vec![
        roll_out_of(
            "A privileged pod is made by hand in accounts",
            &shell,
            privileged(&shell, Event::Opened),
        ),
        removal_of("The pod is deleted", &shell, privileged(&shell, Event::Resolved)),
    ]
}

fn nightly_report() -> Vec<Step> {
    let clean = Workload::new(Kind::CronJob, "analytics", "nightly-report", 2, &["report"]);
    let loose = clean.clone().privileged("report");
    vec![
        roll_out_of(
            "The template of a CronJob turns privileged, and its next job runs so",
            &loose,
            privileged(&loose, Event::Opened),
        ),
        finish_of("The job before it is done and deleted", &loose, Vec::new()),
        roll_out_of("The CronJob is mended, while its privileged job still runs", &clean, Vec::new()),
        finish_of("The privileged job is done and deleted", &clean, privileged(&loose, Event::Resolved)),
    ]
}

fn cache_tuning() -> Vec<Step> {
    let clean = Workload::new(Kind::StatefulSet, "shop", "basket-cache", 3, &["redis", "metrics"]);
    let loose = clean.clone().with_init("sysctl").privileged("sysctl");
    vec![
        roll_out_of(
            "An init container that sets kernel parameters comes to a StatefulSet",
            &loose,
            privileged(&loose, Event::Opened),
        ),
        finish_of("Its pods are made anew with it", &loose, Vec::new()),
        roll_out_of("The init container is taken out of the template", &clean, Vec::new()),
        finish_of("Its pods are made anew without it", &clean, privileged(&loose, Event::Resolved)),
    ]
}

fn release_team_bound() -> Vec<Step> {
    let (namespace, group) = ("payments", "release-team");
    let reader = |event| Expected {
        event,
        check: UNLISTED_READER,
        object: ObjectKey { kind: ObjectKind::Group, namespace: "".into(), name: group.into() },
        key: namespace.to_owned(),
    };
    vec![
        Step {
            title: "A binding lets the release team edit payments, its secrets among it",
            action: Action::Bind { namespace, group },
            expected: vec![reader(Event::Opened)],
        },
        Step {
            title: "The release is out, and the binding is deleted",
            action: Action::Unbind { namespace, group },
            expected: vec![reader(Event::Resolved)],
        },
    ]
}

fn search_exposed() -> Vec<Step> {
    let namespace = "search";
    let open = |event| {
        let workloads = platform().into_iter().filter(|workload| workload.namespace == namespace);
        let of_workload = |workload: Workload| {
            Direction::ALL.map(|direction| Expected {
                event,
                check: NOT_ISOLATED,
                object: workload.object(),
                key: direction.as_str().to_owned(),
            })
        };
        workloads.flat_map(of_workload).collect()
    };
    vec![
        Step {
            title: "The policy that isolates the pods of search is deleted",
            action: Action::Expose { namespace },
            expected: open(Event::Opened),
        },
        Step {
            title: "The policy is made again",
            action: Action::Isolate { namespace },
            expected: open(Event::Resolved),
        },
    ]
}

fn debugger_leaves() -> Vec<Step> {
    let debugger = debugger();
    vec![removal_of(
        "The node is debugged, and the Deployment is deleted",
        &debugger,
        privileged(&debugger, Event::Resolved),
    )]
}

fn proxy_waived() -> Vec<Step> {
    let proxy = Workload::new(Kind::DaemonSet, "kube-system", "kube-proxy", 12, &["kube-proxy"]);
    vec![Step {
        title: "The baseline gets a waiver: the platform's team answers for kube-proxy",
        action: Action::Waive,
        expected: privileged(&proxy.privileged("kube-proxy"), Event::Resolved),
    }]
}
