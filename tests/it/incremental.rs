//! Promise 2: evaluating what changed gives what evaluating everything gives, for any sequence of changes.

mod network;
mod rights;
mod waivers;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::baseline::{Declared, Level};
use plimsoll::checks::{self, CHECKS, Reads};
use plimsoll::engine::Engine;
use plimsoll::model::{
    Deviation, DeviationId, Event, Finding, Kind, Loss, Sight, Transition, View, Waiver, WaiverCounts,
};
use plimsoll::snapshot::{Batch, Change, Intake, Snapshot};
use plimsoll::wire::{
    Container, Content, HostPath, Item, Object, ObjectMeta, OwnerReference, PodSpec, Pods, SecretVolume,
    SecurityContext, Unreadable, Volume, VolumeMount, VolumeSource,
};
use proptest::prelude::*;
use rights::{GATHERED, any_rights};

/// What identifies an object in the small universe.
type Key = (Kind, &'static str, &'static str);

/// What a watch may say next.
#[derive(Debug, Clone)]
enum Step {
    See(Box<Object>),
    SeeUnreadable(Key),
    Delete(Key),
    /// A list of the kind that shows those of its objects that the numbers choose, and others.
    Relist {
        kind: Kind,
        shown: u32,
        new: Vec<Object>,
    },
    /// A list of the kind that breaks off, and is lost.
    BrokenList {
        kind: Kind,
        shown: u32,
        loss: Loss,
    },
    Lose(Kind, Loss),
    Resume(Kind),
    /// What was seen last, once more.
    Repeat,
    /// So many seconds pass before the next settle, beside the one that always does.
    Jump(i64),
    Settle,
}

/// What the universe holds: what was last read of each object, and whether it can be read now.
#[derive(Debug, Clone, Default)]
struct Known {
    object: Option<Object>,
    unreadable: bool,
}

/// What is true of the cluster, kept in the plainest way.
#[derive(Debug, Default)]
struct Truth {
    objects: BTreeMap<Key, Known>,
    /// The kinds whose last list is complete.
    listed: [bool; Kind::ALL.len()],
    sights: BTreeMap<Kind, Sight>,
}

/// An engine with its door.
struct Daemon {
    intake: Intake,
    engine: Engine,
    second: i64,
}

/// The moment of this second.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).expect("a test lasts seconds")
}

/// What is declared of pods and rights.
fn declared() -> Declared {
    let mut declared = Declared::hardened();
    declared.baselines.truncate(1);
    let baseline = &mut declared.baselines[0];
    baseline.pod_security.as_mut().expect("it is declared").level = Level::Baseline;
    // Whether a workload is judged depends on an object of another kind.
    baseline.namespaces.match_labels = vec![(TIER.to_owned(), "production".to_owned())];
    rights::declare(&mut declared);
    declared
}

impl Daemon {
    fn under(declared: &Arc<Declared>) -> Self {
        let retention = SignedDuration::from_mins(15);
        let engine = Engine::new(CHECKS, Arc::clone(declared), Arc::new(Snapshot::default()), retention);
        Self { intake: Intake::default(), engine, second: 0 }
    }

    fn absorb(&mut self, changes: Vec<Change>) {
        self.engine.absorb(Batch { seen: at(self.second), changes });
    }

    fn see(&self, object: &Object) -> Change {
        self.intake.seen(Item::Object(object.clone()))
    }

    fn see_unreadable(&self, key: Key) -> Change {
        self.intake.seen(Item::Unreadable(unreadable(key)))
    }

    /// What a list or an event shows of an object.
    fn show(&self, key: Key, known: &Known) -> Change {
        match &known.object {
            Some(object) if !known.unreadable => self.see(object),
            _ => self.see_unreadable(key),
        }
    }

    fn settle(&mut self) -> Vec<Transition> {
        self.second += 1;
        self.engine.settle(at(self.second))
    }

    /// Settles once more at the moment at which another one did.
    fn settle_at(&mut self, second: i64) -> Vec<Transition> {
        self.second = second - 1;
        self.settle()
    }

    /// What is waived, and how many waivers there are of each state.
    fn waived(&mut self) -> (BTreeMap<DeviationId, Vec<Arc<Waiver>>>, WaiverCounts) {
        let view = self.view();
        let sorted = |waivers: &[Arc<Waiver>]| {
            let mut waivers = waivers.to_vec();
            waivers.sort();
            waivers
        };
        (view.waived.iter().map(|(id, it)| (*id, sorted(&it.waivers))).collect(), view.waivers)
    }

    fn view(&mut self) -> View {
        self.engine.view(at(self.second))
    }

    /// What stands: everything of it but its history and the version of the object.
    fn standing(&mut self) -> BTreeMap<DeviationId, (&'static str, Finding)> {
        let judged = |deviation: &Arc<Deviation>| {
            let mut finding = deviation.finding.clone();
            finding.object.resource_version = "".into();
            (deviation.check.id, finding)
        };
        self.view().standing.iter().map(|(id, deviation)| (*id, judged(deviation))).collect()
    }
}

fn unreadable((kind, namespace, name): Key) -> Unreadable {
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    Unreadable { kind, namespace, name, error: "not UTF-8".to_owned() }
}

impl Truth {
    /// Takes the step, and says it to the daemon.
    fn take(&mut self, step: Step, daemon: &mut Daemon) {
        match step {
            Step::See(object) => {
                daemon.absorb(vec![daemon.see(&object)]);
                self.objects.insert(key(&object), Known { object: Some(*object), unreadable: false });
            }
            Step::SeeUnreadable(key) => {
                daemon.absorb(vec![daemon.see_unreadable(key)]);
                self.objects.entry(key).or_default().unreadable = true;
            }
            Step::Delete(key) => {
                let gone = daemon.intake.deleted(Item::Unreadable(unreadable(key)));
                daemon.absorb(vec![gone]);
                self.objects.remove(&key);
            }
            Step::Relist { kind, shown, new } => self.relist(kind, shown, new, daemon),
            Step::BrokenList { kind, shown, loss } => {
                let mut changes = vec![Change::Listing(kind)];
                changes.extend(self.shown(kind, shown).iter().map(|(key, known)| daemon.show(*key, known)));
                changes.push(Change::Lost(kind, loss));
                daemon.absorb(changes);
                self.listed[kind as usize] = false;
                self.sights.insert(kind, Sight::Lost(loss));
            }
            Step::Lose(kind, loss) => {
                daemon.absorb(vec![Change::Lost(kind, loss)]);
                self.sights.insert(kind, Sight::Lost(loss));
            }
            Step::Resume(kind) => {
                daemon.absorb(vec![Change::Resumed(kind)]);
                let synced = self.listed[kind as usize];
                self.sights.insert(kind, if synced { Sight::Synced } else { Sight::Syncing });
            }
            Step::Repeat => {
                let all = self.objects.iter().map(|(key, known)| daemon.show(*key, known)).collect();
                daemon.absorb(all);
            }
            Step::Jump(seconds) => daemon.second += seconds,
            Step::Settle => {}
        }
    }

    /// The objects of the kind that the numbers choose.
    fn shown(&self, kind: Kind, shown: u32) -> Vec<(Key, Known)> {
        let of_kind = self.objects.iter().filter(|(key, _)| key.0 == kind);
        let chosen = (0..).zip(of_kind).filter(|(n, _)| shown & (1 << (n % 32)) != 0);
        chosen.map(|(_, (key, known))| (*key, known.clone())).collect()
    }

    fn relist(&mut self, kind: Kind, shown: u32, new: Vec<Object>, daemon: &mut Daemon) {
        let shown = self.shown(kind, shown);
        daemon.absorb(vec![Change::Listing(kind)]);
        daemon.absorb(shown.iter().map(|(key, known)| daemon.show(*key, known)).collect());
        self.objects.retain(|key, _| key.0 != kind);
        self.objects.extend(shown);
        for object in new.into_iter().filter(|object| object.kind == kind) {
            daemon.absorb(vec![daemon.see(&object)]);
            self.objects.insert(key(&object), Known { object: Some(object), unreadable: false });
        }
        daemon.absorb(vec![Change::Synced(kind)]);
        self.listed[kind as usize] = true;
        self.sights.insert(kind, Sight::Synced);
    }

    /// Lists every kind that is not synced, and shows all that is there.
    fn sync(&mut self, daemon: &mut Daemon) {
        for kind in Kind::ALL {
            if self.sights.get(&kind) != Some(&Sight::Synced) {
                self.relist(kind, u32::MAX, Vec::new(), daemon);
            }
        }
    }

    /// Takes away what hides the network: of what is hidden, what stood before stands.
    fn unhide(&mut self, daemon: &mut Daemon) {
        let hides = |(key, known): &(&Key, &Known)| {
            key.0.is_foreign_policy() || (key.0 == Kind::NetworkPolicy && known.unreadable)
        };
        let hiding: Vec<Key> = self.objects.iter().filter(hides).map(|(key, _)| *key).collect();
        for key in hiding {
            self.take(Step::Delete(key), daemon);
        }
    }

    fn sighted(&self, kind: Kind) -> bool {
        self.sights.get(&kind) == Some(&Sight::Synced)
    }

    /// Shows a new daemon, in one batch and in this order, what there is.
    fn retell(&self, daemon: &mut Daemon, order: &[u64]) {
        let mut changes: Vec<Change> = Kind::ALL.map(Change::Listing).into();
        let mut shuffled: Vec<_> = self.objects.iter().collect();
        let rank = |n: usize| order.get(n % order.len().max(1)).copied();
        let mut ranked: Vec<_> = shuffled.drain(..).enumerate().map(|(n, it)| (rank(n), n, it)).collect();
        ranked.sort_by_key(|(rank, n, _)| (*rank, *n));
        for (_, _, (key, known)) in ranked {
            // What was known of an object before it became unreadable stands.
            changes.extend(known.object.as_ref().map(|object| daemon.see(object)));
            changes.extend(known.unreadable.then(|| daemon.see_unreadable(*key)));
        }
        changes.extend(Kind::ALL.map(Change::Synced));
        daemon.absorb(changes);
    }
}

/// The names of the universe, each so that what a name implies is sometimes true.
const NAMESPACES: [&str; 2] = ["shop", "payments"];
const NAMES: [(Kind, &[&str]); 12] = [
    (Kind::Namespace, &NAMESPACES),
    (Kind::Pod, &["p1", "p2", "p3", "p4", "p5"]),
    (Kind::ReplicaSet, &["web-1", "web-2"]),
    (Kind::Deployment, &["web"]),
    (Kind::Job, &["backup-29000000", "once"]),
    (Kind::CronJob, &["backup"]),
    (Kind::StatefulSet, &["db"]),
    (Kind::ServiceAccount, &["ci"]),
    (Kind::Role, &["reader"]),
    (Kind::ClusterRole, &["readers", "all"]),
    (Kind::RoleBinding, &["b1", "b2", "b3"]),
    (Kind::ClusterRoleBinding, &["b4", "b5"]),
];
const OWNERS: [&str; 12] = [
    "apps/v1/ReplicaSet/web-1",
    "apps/v1/ReplicaSet/web-2",
    "apps/v1/Deployment/web",
    "apps/v1/StatefulSet/db",
    "batch/v1/Job/backup-29000000",
    "batch/v1/Job/once",
    "batch/v1/CronJob/backup",
    "argoproj.io/v1alpha1/Rollout/web",
    "v1/Pod/p1",
    "v1/Node/one",
    "rbac.authorization.k8s.io/v1/Role/reader",
    "v1/ServiceAccount/ci",
];

/// The label by which namespaces are governed.
const TIER: &str = "tier";

fn key(object: &Object) -> Key {
    let all = NAMES.iter().chain(&network::NAMES);
    let names = || all.clone().flat_map(|(_, names)| *names).chain(&[""]).copied();
    let intern = |name: &str| names().find(|it| *it == name).expect("it is known");
    (object.kind, intern(&object.metadata.namespace), intern(&object.metadata.name))
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL.to_vec())
}

fn any_loss() -> impl Strategy<Value = Loss> {
    prop::sample::select(vec![Loss::Unreachable, Loss::Forbidden])
}

fn any_key(kinds: &[Kind]) -> impl Strategy<Value = Key> + use<> {
    let here = NAMES.iter().filter(|(kind, _)| kinds.contains(kind));
    let weighted: Vec<(Kind, &'static str)> =
        here.flat_map(|(kind, names)| names.iter().map(|name| (*kind, *name))).collect();
    (prop::sample::select(weighted), prop::sample::select(NAMESPACES.to_vec()))
        .prop_map(|((kind, name), namespace)| (kind, if kind.is_namespaced() { namespace } else { "" }, name))
}

fn any_owner() -> impl Strategy<Value = Option<OwnerReference>> {
    // One uid or another: the owner may have been made anew under its name.
    let owner = (prop::sample::select(OWNERS.to_vec()), 0..2_u8, any::<bool>());
    prop::option::weighted(
        0.8,
        owner.prop_map(|(owner, uid, controller)| {
            let mut parts = owner.rsplitn(3, '/').map(str::to_owned);
            let mut part = || parts.next().expect("apiVersion/Kind/name");
            let (name, kind, api_version) = (part(), part(), part());
            let controller = if controller || uid == 0 { Some(true) } else { None };
            OwnerReference { uid: format!("{name}-{uid}"), name, kind, api_version, controller }
        }),
    )
}

fn any_volume() -> impl Strategy<Value = VolumeSource> {
    let none = VolumeSource::default();
    let (mut secret, mut host_path) = (none.clone(), none.clone());
    secret.secret = Some(SecretVolume { secret_name: "db".to_owned() });
    host_path.host_path = Some(HostPath { path: "/var/lib/kubelet".to_owned() });
    prop::sample::select(vec![none, secret, host_path])
}

fn any_object(kinds: &[Kind]) -> impl Strategy<Value = Object> + use<> {
    let containers = prop::collection::vec((prop::sample::select(vec!["a", "b"]), any::<bool>()), 1..3);
    let hash = prop::sample::select(vec!["", "1", "2"]);
    (any_key(kinds), any_owner(), containers, any_volume(), any_rights(), hash, 0..2_u8, 1..9_u8).prop_map(
        |((kind, namespace, name), owner, containers, volume, rights, hash, uid, version)| {
            let container = |(name, privileged): (&str, bool)| {
                let context = SecurityContext { privileged: Some(privileged), ..SecurityContext::default() };
                let security_context = Some(Box::new(context));
                let volume_mounts = vec![VolumeMount { name: "v".to_owned(), ..VolumeMount::default() }];
                Container { name: name.to_owned(), security_context, volume_mounts, ..Container::default() }
            };
            let label = if kind == Kind::Namespace { (TIER, "production") } else { (GATHERED.0, hash) };
            let labels = (!hash.is_empty()).then(|| (label.0.to_owned(), label.1.to_owned()));
            let metadata = ObjectMeta {
                name: name.to_owned(),
                namespace: namespace.to_owned(),
                uid: format!("{name}-{uid}"),
                resource_version: version.to_string(),
                labels: labels.into_iter().collect(),
                owner_references: owner.into_iter().collect(),
                ..ObjectMeta::default()
            };
            let containers = containers.into_iter().map(container).collect();
            let volumes = vec![Volume { name: "v".to_owned(), source: volume }];
            let service_account_name = if uid == 0 { String::new() } else { "ci".to_owned() };
            let spec = Box::new(PodSpec { containers, volumes, service_account_name, ..PodSpec::default() });
            let replicas = (kind == Kind::ReplicaSet).then_some((version % 2).into());
            let pods = Pods { replicas, spec, ..Pods::default() };
            let content = if kind.has_pods() { Content::Pods(pods) } else { rights.content(kind) };
            Object { content, ..Object::of(kind, metadata) }
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any_object(&Kind::ALL).prop_map(|object| Step::See(Box::new(object))),
        5 => any_key(&Kind::ALL).prop_map(Step::Delete),
        2 => any_key(&Kind::ALL).prop_map(Step::SeeUnreadable),
        3 => (any_kind(), any::<u32>(), prop::collection::vec(any_object(&Kind::ALL), 0..6))
            .prop_map(|(kind, shown, new)| Step::Relist { kind, shown, new }),
        1 => (any_kind(), any::<u32>(), any_loss())
            .prop_map(|(kind, shown, loss)| Step::BrokenList { kind, shown, loss }),
        1 => (any_kind(), any_loss()).prop_map(|(kind, loss)| Step::Lose(kind, loss)),
        2 => any_kind().prop_map(Step::Resume),
        1 => Just(Step::Repeat),
        6 => Just(Step::Settle),
    ]
}

/// What a watch may say next of the kinds on which rights hang.
fn any_step_of_rights() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any_object(&rights::KINDS).prop_map(|object| Step::See(Box::new(object))),
        2 => any_key(&rights::KINDS).prop_map(Step::Delete),
        6 => Just(Step::Settle),
    ]
}

/// The steps, once these objects are there.
fn after(objects: Vec<Object>, steps: Vec<Step>) -> Vec<Step> {
    let seen = objects.into_iter().map(|object| Step::See(Box::new(object)));
    seen.chain([Step::Settle]).chain(steps).collect()
}

/// Plays transitions back, as a reader of the journal does.
#[derive(Default)]
struct Replay {
    seq: u64,
    standing: BTreeMap<DeviationId, Arc<Deviation>>,
}

impl Replay {
    fn play(&mut self, transitions: Vec<Transition>) -> Result<(), TestCaseError> {
        for transition in transitions {
            self.seq += 1;
            prop_assert_eq!(transition.seq, self.seq, "the numbers have no gap");
            let deviation = transition.deviation;
            let stood = match transition.event {
                Event::Resolved => self.standing.remove(&deviation.id),
                Event::Opened | Event::Changed => self.standing.insert(deviation.id, Arc::clone(&deviation)),
            };
            prop_assert_eq!(stood.is_none(), transition.event == Event::Opened, "{:?}", deviation);
        }
        Ok(())
    }

    /// Whether what was said adds up to what stands, but for what may move without a transition.
    fn matches(&self, view: &View) -> Result<(), TestCaseError> {
        prop_assert_eq!(view.seq, self.seq);
        prop_assert!(self.standing.keys().eq(view.standing.keys()));
        for (said, stands) in self.standing.values().zip(view.standing.values()) {
            let evidence = |it: &Deviation| {
                let finding = &it.finding;
                (finding.direction, finding.expected.clone(), finding.actual.clone(), finding.path.clone())
            };
            prop_assert_eq!(evidence(said), evidence(stands));
            prop_assert_eq!(
                (said.seq, said.since, said.opened_at),
                (stands.seq, stands.since, stands.opened_at)
            );
        }
        Ok(())
    }
}

/// Whether what is evaluated step by step, from scratch and after a restart is the same.
fn compare(
    declared: Declared,
    synced_first: bool,
    steps: Vec<Step>,
    order: &[u64],
) -> Result<(), TestCaseError> {
    let declared = &Arc::new(declared);
    let (mut truth, mut daemon, mut replay) = (Truth::default(), Daemon::under(declared), Replay::default());
    if synced_first {
        truth.sync(&mut daemon);
    }
    for step in steps {
        let settle = matches!(step, Step::Settle);
        truth.take(step, &mut daemon);
        if settle {
            let transitions = daemon.settle();
            for transition in &transitions {
                let check = checks::find(transition.deviation.check.id).expect("it is in the table");
                let (Reads::Kinds(kinds) | Reads::Flows(kinds)) = check.reads else { continue };
                prop_assert!(kinds.iter().all(|kind| truth.sighted(*kind)), "blind: {:?}", transition);
            }
            replay.play(transitions)?;
            replay.matches(&daemon.view())?;
        }
    }
    truth.sync(&mut daemon);
    truth.unhide(&mut daemon);
    replay.play(daemon.settle())?;
    replay.matches(&daemon.view())?;
    let now = daemon.second;
    prop_assert_eq!(daemon.settle_at(now), [], "settling twice");

    let mut fresh = Daemon::under(declared);
    truth.retell(&mut fresh, order);
    fresh.settle_at(now);
    prop_assert_eq!(daemon.standing(), fresh.standing());
    prop_assert_eq!(daemon.waived(), fresh.waived());
    prop_assert_eq!(daemon.view().counts, fresh.view().counts);

    // Promise 4: a restart tells nothing where nothing changed.
    let mut restarted = Daemon::under(declared);
    let view = daemon.view();
    restarted.engine.restore(view.seq, view.by_seq.values().cloned().collect());
    prop_assert_eq!(restarted.settle_at(now), [], "nothing was seen yet");
    truth.retell(&mut restarted, order);
    prop_assert_eq!(restarted.settle_at(now), [], "after a restart");
    prop_assert_eq!(restarted.standing(), fresh.standing());

    // What is deleted leaves nothing behind.
    truth.objects.clear();
    for kind in Kind::ALL {
        truth.relist(kind, 0, Vec::new(), &mut daemon);
    }
    replay.play(daemon.settle_at(now))?;
    let mut empty = Daemon::under(declared);
    Truth::default().sync(&mut empty);
    empty.settle_at(now);
    prop_assert_eq!(daemon.standing(), empty.standing());
    prop_assert_eq!(daemon.view().counts, empty.view().counts);
    daemon.intake.sweep();
    // The ledger still names what was lately resolved, and nothing else is held.
    prop_assert_eq!(&daemon.intake.distinct()[..3], [0; 3]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn evaluating_what_changed_gives_what_evaluating_everything_gives(
        synced_first in any::<bool>(),
        steps in prop::collection::vec(any_step(), 0..60),
        order in prop::collection::vec(any::<u64>(), 1..40),
    ) {
        compare(declared(), synced_first, steps, &order)?;
    }

    #[test]
    fn so_it_does_where_rights_lead_to_others(
        steps in prop::collection::vec(any_step_of_rights(), 0..20),
        order in prop::collection::vec(any::<u64>(), 1..40),
    ) {
        compare(declared(), true, after(rights::leading(), steps), &order)?;
    }

    #[test]
    fn so_it_does_where_rights_are_held_together_with_those_of_groups(
        steps in prop::collection::vec(any_step_of_rights(), 0..12),
        order in prop::collection::vec(any::<u64>(), 1..40),
    ) {
        compare(declared(), true, after(rights::together(), steps), &order)?;
    }

    #[test]
    fn so_it_does_where_waivers_come_and_go_with_time(
        waivers in prop::collection::vec(waivers::any_waiver(), 1..6),
        synced_first in any::<bool>(),
        steps in prop::collection::vec(prop_oneof![4 => any_step(), 1 => waivers::any_jump()], 0..60),
        order in prop::collection::vec(any::<u64>(), 1..40),
    ) {
        compare(waivers::declare(waivers, declared()), synced_first, steps, &order)?;
    }

    #[test]
    fn so_it_does_where_flows_open_and_close(
        specs in prop::sample::select(network::DECLARED.to_vec()),
        (synced_first, led) in any::<(bool, bool)>(),
        steps in prop::collection::vec(network::any_step(), 0..30),
        order in prop::collection::vec(any::<u64>(), 1..40),
    ) {
        let leading = if led { network::leading() } else { Vec::new() };
        compare(network::declare(specs), synced_first, after(leading, steps), &order)?;
    }

    #[test]
    fn so_it_does_where_one_thing_turns_at_a_time(
        specs in prop::sample::select(network::DECLARED.to_vec()),
        turns in prop::collection::vec(network::any_turn(), 1..10),
        order in prop::collection::vec(any::<u64>(), 1..40),
    ) {
        let steps = after(network::leading(), turns.into_iter().flatten().collect());
        compare(network::declare(specs), true, steps, &order)?;
    }
}
