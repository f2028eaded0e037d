//! The engine: what it owes, what it cannot see, and what it survives.

mod baselines;
mod declared_rights;
mod families;
mod network;

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::baseline::{Baseline, Level};
use crate::checks::{self, CHECKS, Facts, Governed, POD_KINDS, Reads, Rule};
use crate::model::{
    Actor, ChangeType, CheckInfo, Direction, Event, Loss, ObjectKey, ObjectKind, Operation, Severity, Sight,
};
use crate::snapshot::{self, Change, Intake};
use crate::wire::{Item, Unreadable, decode_json};

/// Finds every container named `bad`, by each baseline that governs it, and panics at one named `panic`.
static NAMES: Check = Check {
    info: CheckInfo {
        id: "test/names",
        severity: Severity::Low,
        title: "",
        why: "",
        mend: "",
        references: &[],
    },
    reads: Reads::Kinds(POD_KINDS),
    rule: Rule::Workload(find_names),
};

fn find_names(_: &Facts<'_>, subject: &Governed<'_>) -> Vec<Finding> {
    let workload = &subject.workload;
    let names: Vec<&str> =
        workload.templates.iter().flat_map(|(it, _)| it.containers.iter()).map(|it| &*it.name).collect();
    assert!(!names.contains(&"panic"), "a container is named panic");
    let bad = names.iter().filter(|name| **name == "bad").count() as u64;
    let finding = |baseline: &Baseline| Finding {
        object: workload.object.clone(),
        exposed: None,
        key: "bad".to_owned(),
        direction: Direction::Changed,
        count: bad,
        message: String::new(),
        expected: String::new(),
        actual: String::new(),
        path: String::new(),
        remedy: String::new(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    };
    let governing: &[&Baseline] = if bad == 0 { &[] } else { &subject.governing };
    governing.iter().copied().map(finding).collect()
}

/// The checks of the product, with one that can panic before them.
static WITH_NAMES: LazyLock<Vec<&Check>> =
    LazyLock::new(|| [&NAMES].into_iter().chain(CHECKS.iter().copied()).collect());

const RETENTION: SignedDuration = SignedDuration::from_mins(15);

/// The moment of this second.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

/// A baseline that asks for this level, and for nothing else.
fn declared(level: Level) -> Declared {
    let mut declared = Declared::hardened();
    declared.baselines.truncate(1);
    let baseline = &mut declared.baselines[0];
    (baseline.secrets, baseline.rbac, baseline.network) = (None, None, None);
    let pod_security = baseline.pod_security.as_mut().unwrap();
    (pod_security.level, pod_security.namespace_label) = (level, false);
    declared
}

/// An engine with its door, and a clock that goes on a second at each settlement.
struct Cluster {
    intake: Intake,
    engine: Engine,
    second: i64,
}

impl Cluster {
    fn new(checks: &[&'static Check]) -> Self {
        let declared = Arc::new(declared(Level::Baseline));
        let engine = Engine::new(checks, declared, Arc::new(Snapshot::default()), RETENTION);
        Self { intake: Intake::default(), engine, second: 0 }
    }

    /// One in which every kind was listed, and nothing found.
    fn synced(checks: &[&'static Check]) -> Self {
        let mut cluster = Self::new(checks);
        cluster.sync();
        assert_eq!(cluster.settle(), [] as [&str; 0]);
        cluster
    }

    fn absorb(&mut self, changes: impl IntoIterator<Item = Change>) {
        let changes = changes.into_iter().collect();
        self.engine.absorb(Batch { seen: at(self.second), changes });
    }

    fn sync(&mut self) {
        self.absorb(Kind::ALL.map(Change::Synced));
    }

    /// Sees a pod with one container of this name.
    fn see(&mut self, name: &str, container: &str) {
        let change = self.pod(name, container);
        self.absorb([change]);
    }

    fn pod(&self, name: &str, container: &str) -> Change {
        let privileged = container == "privileged";
        let json = format!(
            r#"{{"metadata": {{"name": "{name}", "namespace": "shop"}}, "spec": {{"containers":
            [{{"name": "{container}", "securityContext": {{"privileged": {privileged}}}}}]}}}}"#
        );
        self.intake.seen(Item::Object(decode_json(Kind::Pod, json.as_bytes()).unwrap()))
    }

    /// Sees the same as this manager has written it at this second.
    fn write(&mut self, name: &str, container: &str, via: &str, second: i64) {
        let Change::Seen(facts) = self.pod(name, container) else { panic!("it is readable") };
        let actor = Actor { via: via.into(), operation: Operation::Update, time: at(second) };
        self.absorb([Change::Seen(snapshot::Facts { actor: Some(actor), ..facts })]);
    }

    fn unreadable(&self, name: &str) -> Change {
        let (namespace, name) = ("shop".to_owned(), name.to_owned());
        let item = Unreadable { kind: Kind::Pod, namespace, name, error: "not UTF-8".to_owned() };
        self.intake.seen(Item::Unreadable(item))
    }

    fn delete(&mut self, name: &str) {
        self.absorb([Change::Deleted { kind: Kind::Pod, namespace: "shop".into(), name: name.into() }]);
    }

    fn lose(&mut self, kind: Kind) {
        self.absorb([Change::Lost(kind, Loss::Forbidden)]);
    }

    fn transitions(&mut self) -> Vec<Transition> {
        self.second += 1;
        self.engine.settle(at(self.second))
    }

    /// What came of it, as `event check object key`.
    fn settle(&mut self) -> Vec<String> {
        self.transitions().iter().map(told).collect()
    }

    /// A new engine that takes back what this one knows, as after a restart.
    fn restart(mut self) -> Self {
        let view = self.engine.view(at(self.second));
        let mut next = Self::new(&self.engine.checks);
        next.second = self.second;
        next.engine.restore(view.seq, view.by_seq.values().cloned().collect());
        next
    }

    fn standing(&mut self) -> Vec<String> {
        let view = self.engine.view(at(self.second));
        let mut standing: Vec<String> = view
            .standing
            .values()
            .map(|it| format!("{} {} {}", it.check.id, it.finding.object.key, it.finding.key))
            .collect();
        standing.sort();
        standing
    }
}

fn told(transition: &Transition) -> String {
    let deviation = &transition.deviation;
    let (check, finding) = (deviation.check.id, &deviation.finding);
    let told = format!("{} {check} {} {}", transition.event, finding.object.key, finding.key);
    match (deviation.initial, transition.while_down) {
        (false, false) => told,
        (true, false) => format!("{told}, initial"),
        (false, true) => format!("{told}, while down"),
        (true, true) => format!("{told}, initial, while down"),
    }
}

const OPENED: &str = "opened pod-security/privileged Pod/shop/web privileged/privileged";
const RESOLVED: &str = "resolved pod-security/privileged Pod/shop/web privileged/privileged";

#[test]
fn nothing_is_judged_before_every_kind_that_it_depends_on_was_listed() {
    let mut cluster = Cluster::new(CHECKS);
    cluster.see("web", "privileged");
    for kind in Kind::ALL.into_iter().filter(|kind| *kind == Kind::Namespace || kind.has_pods()) {
        assert_eq!(cluster.settle(), [] as [&str; 0]);
        cluster.absorb([Change::Synced(kind)]);
    }
    assert_eq!(cluster.settle(), [format!("{OPENED}, initial")]);
    assert_eq!(cluster.settle(), [] as [&str; 0]);
}

#[test]
fn what_comes_after_first_sight_is_not_initial() {
    // The check has looked, though nothing was owed.
    let mut cluster = Cluster::synced(CHECKS);
    cluster.see("web", "privileged");
    assert_eq!(cluster.settle(), [OPENED]);
    cluster.see("web", "clean");
    assert_eq!(cluster.settle(), [RESOLVED]);
}

#[test]
fn a_check_is_blind_until_every_kind_that_it_reads_is_back() {
    for kind in POD_KINDS {
        let mut cluster = Cluster::synced(CHECKS);
        cluster.see("web", "privileged");
        cluster.settle();
        cluster.lose(*kind);
        cluster.delete("web");
        cluster.see("other", "privileged");
        assert_eq!(cluster.settle(), ["opened monitor/blind Cluster sight"], "{kind}");
        assert_eq!(cluster.settle(), [] as [&str; 0], "{kind}");
        cluster.absorb([Change::Resumed(*kind)]);
        // What was owed all the while is settled now, and is not marked.
        let expected = [
            RESOLVED,
            "opened pod-security/privileged Pod/shop/other privileged/privileged",
            "resolved monitor/blind Cluster sight",
        ];
        let mut transitions = cluster.settle();
        transitions[..2].sort_by_key(|it| it.starts_with("opened"));
        assert_eq!(transitions, expected, "{kind}");
    }
}

#[test]
fn a_kind_that_a_check_does_not_read_does_not_blind_it() {
    let mut cluster = Cluster::synced(WITH_NAMES.as_slice());
    cluster.lose(Kind::Namespace);
    cluster.see("web", "bad");
    assert_eq!(
        cluster.settle(),
        ["opened test/names Pod/shop/web bad", "opened monitor/blind Cluster sight"]
    );
    for it in cluster.engine.view(at(0)).checks {
        let reads = checks::find(it.check.id).map(|check| check.reads);
        let reads = matches!(reads, Some(Reads::Kinds(kinds) | Reads::Flows(kinds)) if kinds.contains(&Kind::Namespace));
        assert_eq!(it.blind, if reads { vec![Kind::Namespace] } else { vec![] }, "{}", it.check.id);
    }
}

#[test]
fn blindness_opens_once_and_changes_with_its_reasons() {
    let mut cluster = Cluster::synced(CHECKS);
    cluster.lose(Kind::Pod);
    assert_eq!(cluster.settle(), ["opened monitor/blind Cluster sight"]);
    cluster.lose(Kind::Job);
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    cluster.absorb([Change::Lost(Kind::Pod, Loss::ServerError)]);
    assert_eq!(cluster.settle(), ["changed monitor/blind Cluster sight"]);
    cluster.absorb([Change::Listing(Kind::Pod), Change::Listing(Kind::Job)]);
    assert_eq!(cluster.settle(), [] as [&str; 0], "it is not yet known how the lists end");
    cluster.absorb([Change::Synced(Kind::Pod), Change::Synced(Kind::Job)]);
    assert_eq!(cluster.settle(), ["resolved monitor/blind Cluster sight"]);
}

#[test]
fn a_kind_that_cannot_be_seen_at_first_sight_is_told() {
    let mut cluster = Cluster::new(CHECKS);
    cluster.see("web", "privileged");
    cluster.sync();
    cluster.lose(Kind::CronJob);
    assert_eq!(cluster.settle(), ["opened monitor/blind Cluster sight"]);
    // To the check that was blind, this is first sight.
    cluster.absorb([Change::Synced(Kind::CronJob)]);
    let transitions = cluster.settle();
    assert_eq!(transitions[0], format!("{OPENED}, initial"));
    assert_eq!(transitions.len(), 2, "{transitions:?}");
}

#[test]
fn a_restart_tells_what_changed_while_down() {
    let mut cluster = Cluster::synced(CHECKS);
    for name in ["gone", "web", "kept"] {
        cluster.see(name, "privileged");
    }
    assert_eq!(cluster.settle().len(), 3);
    let mut cluster = cluster.restart();
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    assert_eq!(cluster.standing().len(), 3);
    let pods = [("web", "clean"), ("kept", "privileged"), ("new", "privileged")];
    for (name, container) in pods {
        cluster.see(name, container);
    }
    cluster.sync();
    let mut transitions = cluster.transitions();
    assert_eq!(transitions.iter().map(|it| it.seq).collect::<Vec<_>>(), [4, 5, 6]);
    transitions.sort_by_key(told);
    assert!(transitions.iter().all(|it| it.while_down && !it.deviation.initial));
    let told: Vec<_> =
        transitions.iter().map(|it| (it.event, &*it.deviation.finding.object.key.name)).collect();
    assert_eq!(told, [(Event::Opened, "new"), (Event::Resolved, "gone"), (Event::Resolved, "web")]);
    // What follows was watched.
    cluster.see("web", "privileged");
    assert_eq!(cluster.settle(), [OPENED]);
}

#[test]
fn after_a_restart_with_nothing_to_settle_nothing_is_marked() {
    let mut cluster = Cluster::synced(CHECKS).restart();
    cluster.sync();
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    cluster.see("web", "privileged");
    assert_eq!(cluster.settle(), [OPENED]);
}

#[test]
fn a_panic_is_contained_told_and_cleared() {
    let mut cluster = Cluster::synced(WITH_NAMES.as_slice());
    cluster.see("web", "bad");
    assert_eq!(cluster.settle(), ["opened test/names Pod/shop/web bad"]);
    cluster.see("web", "panic");
    cluster.see("other", "bad");
    let told = ["opened test/names Pod/shop/other bad", "opened monitor/panicked Cluster test/names"];
    assert_eq!(cluster.settle(), told);
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    let standing = cluster.standing();
    assert!(standing.contains(&"test/names Pod/shop/web bad".to_owned()), "it stands: {standing:?}");
    let view = cluster.engine.view(at(0));
    let panicked = view.standing.values().find(|it| it.check.id == "monitor/panicked").unwrap();
    let message = "test/names panicked in 1 scopes, such as Pod/shop/web: a container is named panic";
    assert_eq!(panicked.finding.message, message);
    // A second scope is no second deviation.
    cluster.see("third", "panic");
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    cluster.see("web", "clean");
    assert_eq!(cluster.settle(), ["resolved test/names Pod/shop/web bad"]);
    cluster.delete("third");
    assert_eq!(cluster.settle(), ["resolved monitor/panicked Cluster test/names"]);
}

#[test]
fn a_check_that_panics_again_after_a_restart_is_not_told_again() {
    let mut cluster = Cluster::synced(WITH_NAMES.as_slice());
    cluster.see("web", "panic");
    assert_eq!(cluster.settle(), ["opened monitor/panicked Cluster test/names"]);
    for (container, told) in
        [("panic", &[][..]), ("clean", &["resolved monitor/panicked Cluster test/names"][..])]
    {
        cluster = cluster.restart();
        assert_eq!(cluster.settle(), [] as [&str; 0], "the check has not looked yet");
        cluster.see("web", container);
        cluster.sync();
        let transitions: Vec<String> =
            cluster.settle().iter().map(|it| it.trim_end_matches(", while down").to_owned()).collect();
        assert_eq!(transitions, told);
        assert_eq!(cluster.settle(), [] as [&str; 0]);
    }
}

#[test]
fn what_cannot_be_read_after_a_restart_is_not_gone() {
    let mut cluster = Cluster::synced(CHECKS);
    cluster.see("web", "privileged");
    cluster.see("gone", "privileged");
    cluster.settle();
    let mut cluster = cluster.restart();
    let unreadable = cluster.unreadable("web");
    cluster.absorb([unreadable]);
    cluster.sync();
    let told = [
        "resolved pod-security/privileged Pod/shop/gone privileged/privileged, while down",
        "opened monitor/unreadable Pod/shop/web , while down",
    ];
    assert_eq!(cluster.settle(), told);
    cluster.see("web", "clean");
    assert_eq!(cluster.settle(), [RESOLVED, "resolved monitor/unreadable Pod/shop/web "]);
}

#[test]
fn an_unreadable_object_is_told_and_the_others_are_judged() {
    let mut cluster = Cluster::synced(CHECKS);
    cluster.see("web", "privileged");
    let bad = cluster.unreadable("bad");
    cluster.absorb([bad]);
    assert_eq!(cluster.settle(), ["opened monitor/unreadable Pod/shop/bad ", OPENED]);
}

#[test]
fn a_transition_says_what_caused_it() {
    let mut cluster = Cluster::new(CHECKS);
    let web =
        ObjectKey { kind: ObjectKind::Watched(Kind::Pod), namespace: "shop".into(), name: "web".into() };
    let mut cause = |act: &mut dyn FnMut(&mut Cluster)| {
        act(&mut cluster);
        let seen = at(cluster.second);
        let [transition] = cluster.transitions().try_into().unwrap();
        let cause = transition.cause.unwrap();
        assert_eq!(cause.seen, seen);
        (cause.object, cause.kind, cause.change)
    };
    let listed = cause(&mut |cluster| {
        cluster.see("web", "privileged");
        cluster.sync();
    });
    assert_eq!(listed, (None, Some(Kind::Pod), ChangeType::Listed));
    let updated = cause(&mut |cluster| cluster.see("web", "clean"));
    assert_eq!(updated, (Some(web.clone()), Some(Kind::Pod), ChangeType::Updated));
    cause(&mut |cluster| cluster.see("web", "privileged"));
    let deleted = cause(&mut |cluster| cluster.delete("web"));
    assert_eq!(deleted, (Some(web), Some(Kind::Pod), ChangeType::Deleted));
    let lost = cause(&mut |cluster| cluster.lose(Kind::Job));
    assert_eq!(lost, (None, Some(Kind::Job), ChangeType::Lost));
}

#[test]
fn a_deviation_says_who_wrote_what_caused_it() {
    let mut cluster = Cluster::new(CHECKS);
    let mut actor = |act: &mut dyn FnMut(&mut Cluster)| {
        act(&mut cluster);
        let [transition] = cluster.transitions().try_into().unwrap();
        let actor = transition.deviation.actor.clone();
        assert_eq!(transition.cause.unwrap().actor, actor);
        actor.map(|it| (it.via.to_string(), it.operation, it.time))
    };
    let by = |via: &str, second| Some((via.to_owned(), Operation::Update, at(second)));
    let listed = actor(&mut |cluster| {
        cluster.write("web", "privileged", "helm", 0);
        cluster.sync();
    });
    assert_eq!(listed, None, "a list has no one writer");
    assert_eq!(actor(&mut |cluster| cluster.write("web", "clean", "helm", 1)), by("helm", 1));
    let last = actor(&mut |cluster| {
        cluster.write("web", "clean", "helm", 2);
        cluster.write("web", "privileged", "kubectl-edit", 3);
    });
    assert_eq!(last, by("kubectl-edit", 3));
    assert_eq!(actor(&mut |cluster| cluster.delete("web")), None, "who deletes writes nothing");
    assert_eq!(actor(&mut |cluster| cluster.see("web", "privileged")), None, "nobody is named");
}

#[test]
fn what_changes_nothing_leaves_who_wrote_it() {
    let mut cluster = Cluster::synced(CHECKS);
    cluster.write("web", "privileged", "kubectl-edit", 0);
    cluster.settle();
    cluster.write("web", "privileged", "helm", 1);
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    let view = cluster.engine.view(at(2));
    let actors: Vec<_> = view.standing.values().map(|it| &*it.actor.as_ref().unwrap().via).collect();
    assert_eq!(actors, ["kubectl-edit"]);
}

#[test]
fn a_panic_does_not_cover_what_caused_the_others() {
    let mut cluster = Cluster::synced(WITH_NAMES.as_slice());
    cluster.see("web", "panic");
    cluster.lose(Kind::Namespace);
    let transitions = cluster.transitions();
    let blind = transitions.iter().find(|it| it.deviation.check.id == "monitor/blind").unwrap();
    assert_eq!(blind.cause.as_ref().map(|it| it.change), Some(ChangeType::Lost));
}

#[test]
fn the_view_shows_what_was_absorbed() {
    let mut cluster = Cluster::synced(CHECKS);
    let view = cluster.engine.view(at(0));
    assert!(view.synced() && !cluster.engine.moved());
    cluster.see("web", "clean");
    cluster.settle();
    cluster.lose(Kind::Job);
    assert!(cluster.engine.moved());
    let view = cluster.engine.view(at(7));
    assert_eq!((view.time, view.seq, view.synced()), (at(7), 0, false));
    assert_eq!(view.kinds[Kind::Pod as usize].objects, 1);
    assert_eq!(view.kinds[Kind::Job as usize].sight, Sight::Lost(Loss::Forbidden));
    assert!(!cluster.engine.moved());
}

#[test]
fn forgetting_moves_the_view() {
    let mut cluster = Cluster::synced(CHECKS);
    cluster.see("web", "privileged");
    cluster.settle();
    cluster.delete("web");
    cluster.settle();
    assert_eq!(cluster.engine.view(at(0)).by_seq.len(), 1);
    let resolved = cluster.second;
    cluster.engine.forget(at(resolved));
    assert!(!cluster.engine.moved());
    cluster.engine.forget(at(resolved) + RETENTION);
    assert!(cluster.engine.moved());
    assert_eq!(cluster.engine.view(at(0)).by_seq.len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_transitions_does_not_depend_on_the_order_of_arrival(
        order in Just((0..20).collect::<Vec<u32>>()).prop_shuffle(),
    ) {
        let tell = |order: &[u32]| {
            let mut cluster = Cluster::new(CHECKS);
            for name in order {
                cluster.see(&format!("pod-{name}"), "privileged");
            }
            cluster.sync();
            cluster.settle()
        };
        let told = tell(&order);
        prop_assert_eq!(told.len(), 20);
        prop_assert_eq!(told, tell(&(0..20).collect::<Vec<_>>()));
    }
}

#[test]
fn a_blind_check_owes_nothing_for_what_came_and_went() {
    let mut cluster = Cluster::synced(CHECKS);
    cluster.see("stays", "privileged");
    cluster.settle();
    cluster.lose(Kind::CronJob);
    cluster.see("passes", "privileged");
    for name in ["passes", "stays"] {
        cluster.delete(name);
    }
    cluster.engine.forgive();
    assert_eq!(cluster.engine.owed.len(), 1, "what stands is owed still");
    cluster.sync();
    assert_eq!(cluster.settle().len(), 1, "what stood resolves, and what passed was never told");
}
