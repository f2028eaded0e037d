//! The same with all that the daemon does for it: changes taken in, what is owed, the ledger, and every check.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use plimsoll::baseline::{Baseline, Declared, Document, parse};
use plimsoll::checks::{CHECKS, ids};
use plimsoll::engine::Engine;
use plimsoll::model::{Kind, Labels, ObjectKey};
use plimsoll::network::{Endpoint, Policy};
use plimsoll::snapshot::{Addresses, Batch, Change, Controller, Facts, PodTemplate, Snapshot, Uid};

use crate::shape::{Pod, Shape};
use crate::{Times, allocated, ms, tell};

/// What is declared: first without flows that are allowed, then with some, so that each of the seven checks has its say.
const DECLARED: [(&str, &str); 2] = [
    (
        "isolation, ways across, internet",
        "defaultDeny: [Ingress, Egress], within: namespace, internet: {podLabels: {app: api}}",
    ),
    (
        "flows as well",
        "defaultDeny: [Ingress, Egress], within: namespace, internet: {podLabels: {app: api}}, \
         allow: [{from: {namespace: ingress}, to: {podLabels: {app: web}}}]",
    ),
];

/// Where nothing has to be isolated, and pods are told apart by what decides whether they may reach the internet.
const OPEN: &str = "within: namespace, internet: {podLabels: {id: web}}";

/// How many changes are made through the engine, one after the other.
const CHANGES: usize = 2_000;

/// Judges the shape, and changes of it, under each declaration.
pub(crate) fn measure(shape: &Shape) {
    for (name, network) in DECLARED {
        let mut engine = engine(network);
        engine.absorb(batch(listed(shape)));
        let start = Instant::now();
        let opened = engine.settle(Timestamp::UNIX_EPOCH).len();
        println!("  by the engine: {name}");
        println!("    everything judged         {:>9.2} ms   {opened} deviations", ms(start.elapsed()));
        tell(
            "  one pod relabelled",
            changed(&mut engine, |change| {
                let at = change * 7919 % shape.pods.len();
                pod(&shape.pods[at].relabelled(change), at)
            }),
        );
        tell(
            "  one policy changed",
            changed(&mut engine, |change| {
                let written = &shape.policies[change * 7919 % shape.policies.len()];
                policy(&written.key, written.version(change + 1))
            }),
        );
    }
}

/// How long it takes to take a cluster in, whose every class could talk to every other, and to judge it.
pub(crate) fn take_in(shape: &Shape) {
    let mut engine = engine(OPEN);
    let changes = listed(shape);
    let before = allocated();
    let start = Instant::now();
    engine.absorb(batch(changes));
    let absorbed = start.elapsed();
    let held = allocated().saturating_sub(before) / 1_000_000;
    let opened = engine.settle(Timestamp::UNIX_EPOCH).len();
    println!("{}: {} pods, {} policies", shape.name, shape.pods.len(), shape.policies.len());
    println!("  taken in                    {:>9.2} ms   {held} MB more held", ms(absorbed));
    println!("  and judged                  {:>9.2} ms   {opened} deviations", ms(start.elapsed()));
}

/// Makes changes, each of which is applied and judged.
fn changed(engine: &mut Engine, mut change: impl FnMut(usize) -> Facts) -> Times {
    let mut times = Times { applied: Vec::new(), judged: Vec::new() };
    for number in 0..CHANGES {
        let batch = batch(vec![Change::Seen(change(number))]);
        let start = Instant::now();
        engine.absorb(batch);
        times.applied.push(start.elapsed());
        engine.settle(Timestamp::UNIX_EPOCH);
        times.judged.push(start.elapsed());
    }
    times
}

/// An engine under a baseline whose `network` is this.
fn engine(network: &str) -> Engine {
    let head = "apiVersion: plimsoll.dev/v1alpha1, kind: Baseline, metadata: {name: b}";
    let text = format!("{{{head}, spec: {{network: {{{network}}}}}}}");
    let (documents, problems) = parse("b.yaml", text.as_bytes(), &ids());
    assert!(problems.is_empty(), "{problems:?}");
    let baseline = |document| match document {
        Document::Baseline(baseline) => Some(*baseline),
        _ => None,
    };
    let baselines: Vec<Baseline> = documents.into_iter().filter_map(baseline).collect();
    let declared = Arc::new(Declared { baselines, ..Declared::default() });
    Engine::new(CHECKS, declared, Arc::new(Snapshot::default()), SignedDuration::from_mins(15))
}

fn batch(changes: Vec<Change>) -> Batch {
    Batch { seen: Timestamp::UNIX_EPOCH, changes }
}

/// The first list of every kind: pods with their namespaces, then policies.
fn listed(shape: &Shape) -> Vec<Change> {
    let mut changes: Vec<Change> = Kind::ALL.map(Change::Listing).into();
    let mut last = None;
    for (number, it) in shape.pods.iter().enumerate() {
        let name = &it.endpoint.namespace;
        if last.replace(name) != Some(name) {
            changes.push(Change::Seen(facts(Kind::Namespace, &"".into(), name)));
        }
        changes.push(Change::Seen(pod(it, number)));
    }
    changes.extend(shape.policies.iter().map(|it| Change::Seen(policy(&it.key, it.version(0)))));
    changes.extend(Kind::ALL.map(Change::Synced));
    changes
}

fn pod(pod: &Pod, number: usize) -> Facts {
    let Endpoint { namespace, labels, ports, addresses } = &pod.endpoint;
    let template = PodTemplate { named_ports: Arc::clone(ports), ..PodTemplate::default() };
    let controller =
        Controller { key: pod.owner.clone(), version: "v1".into(), uid: Uid::new("u"), implied: None };
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    Facts {
        labels: Arc::clone(labels),
        controller: Some(controller.into()),
        template: Some(template.into()),
        pod_labels: Some(Arc::clone(labels)),
        addresses: Addresses::read(addresses.iter().map(String::as_str)),
        ..facts(Kind::Pod, namespace, &format!("pod-{number}").into())
    }
}

fn policy(key: &ObjectKey, policy: Arc<Policy>) -> Facts {
    Facts { policy: Some(policy), ..facts(Kind::NetworkPolicy, &key.namespace, &key.name) }
}

fn facts(kind: Kind, namespace: &Arc<str>, name: &Arc<str>) -> Facts {
    Facts {
        kind,
        namespace: Arc::clone(namespace),
        name: Arc::clone(name),
        uid: Uid::new("u"),
        resource_version: 1,
        labels: Labels::new().into(),
        controller: None,
        template: None,
        replicas: 1,
        first_ordinal: 0,
        pod_labels: None,
        finished: false,
        addresses: Addresses::default(),
        rights: None,
        policy: None,
        ranges: Vec::new(),
        actor: None,
        fingerprint: 0,
    }
}
