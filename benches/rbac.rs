//! Rights at growing size: everyone judged anew, one binding changed, and the naive way beside them, which asks the
//! authorizer for each subject and each namespace.
//!
//! `cargo bench --bench rbac` measures 1,000, 10,000 and 150,000 bindings; `cargo bench --bench rbac -- 1000` only
//! those. docs/performance.md says what the figures mean.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use plimsoll::baseline::Declared;
use plimsoll::checks::{CHECKS, Facts, Panics, Remembered, Rule, WaiverUses};
use plimsoll::engine::Engine;
use plimsoll::model::{Kind, ObjectKey, Scope};
use plimsoll::rbac::{Request, Target, implied_groups};
use plimsoll::snapshot::{Batch, Change, Intake, Snapshot};
use plimsoll::wire::{Binding, Content, Item, Object, ObjectMeta, PolicyRule, Role, RoleRef, Subject};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The sizes measured where none is asked for, in bindings.
const SIZES: [usize; 3] = [1_000, 10_000, 150_000];

/// There is a role for so many bindings, two service accounts for three of them, and a namespace for six.
const BINDINGS_PER_ROLE: usize = 50;
const BINDINGS_PER_NAMESPACE: usize = 6;

/// One binding of so many holds for all of the cluster.
const CLUSTER_WIDE_EVERY: usize = 20;

/// One role of so many reads secrets.
const SECRETS_EVERY: usize = 100;

/// How often everyone is judged, and how many bindings are changed, one after the other.
const ROUNDS: usize = 15;
const CHANGES: usize = 20_000;

/// How many questions the naive way is timed for; the time for all of them is computed.
const QUESTIONS: usize = 200_000;

fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let sizes: Vec<usize> = arguments.map(|it| it.parse()).collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    for bindings in sizes {
        measure(bindings);
    }
    Ok(())
}

fn measure(bindings: usize) {
    let cluster = Cluster { bindings };
    let (snapshot, intake) = (Arc::new(Snapshot::default()), Intake::default());
    let mut touched = Vec::new();
    let mut apply = |object: Object| {
        snapshot.apply(intake.seen(Item::Object(object)), &mut touched);
        touched.clear();
    };
    (0..cluster.roles()).for_each(|number| apply(Cluster::role(number)));
    (0..cluster.accounts()).for_each(|number| apply(cluster.account(number)));
    let before = allocated();
    let start = Instant::now();
    (0..bindings).for_each(|number| apply(cluster.binding(number, number)));
    let (loaded, held) = (start.elapsed(), allocated() - before);
    println!(
        "{bindings} bindings, {} roles, {} service accounts, {} namespaces",
        cluster.roles(),
        cluster.accounts(),
        cluster.namespaces()
    );
    let each = |total: Duration, of: usize| total.as_nanos() / of as u128;
    println!("  taken in                    {:>9.2} ms   {} ns each", ms(loaded), each(loaded, bindings));
    println!("  held                        {:>9} bytes for each binding", held / bindings);

    let judge = Judge::new(&snapshot);
    let subjects: Vec<ObjectKey> = snapshot.grants().subjects().cloned().collect();
    let mut rounds = Vec::new();
    let mut found = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        found = subjects.iter().map(|subject| judge.findings(subject)).sum();
        rounds.push(start.elapsed());
    }
    println!("  everyone judged             {:>9.2} ms   {found} findings", ms(median(&mut rounds)));

    let mut changes = Vec::with_capacity(CHANGES);
    for change in 0..CHANGES {
        let number = change * 7919 % bindings;
        let change = intake.seen(Item::Object(cluster.binding(number, number + 1 + change / bindings)));
        let start = Instant::now();
        one_change(&snapshot, &judge, change);
        changes.push(start.elapsed());
    }
    changes.sort_unstable();
    let at = |percent: usize| changes[changes.len() * percent / 100].as_nanos();
    println!("  one binding changed         {:>9} ns, p99 {} ns", at(50), at(99));
    through_engine(&cluster, &snapshot, &intake);
    naive(&cluster, &snapshot, &subjects);
}

/// The same with all that the daemon does for it: what is owed, the ledger, and every other check.
fn through_engine(cluster: &Cluster, snapshot: &Arc<Snapshot>, intake: &Intake) {
    let now = Timestamp::UNIX_EPOCH;
    let declared = Arc::new(Declared::hardened());
    let mut engine =
        Engine::new(CHECKS, Arc::clone(&declared), Arc::clone(snapshot), SignedDuration::from_mins(15));
    engine.absorb(Batch { seen: now, changes: Kind::ALL.map(Change::Synced).into() });
    engine.declare(declared, now);
    let start = Instant::now();
    let opened = engine.settle(now).len();
    println!("  everyone, by the engine     {:>9.2} ms   {opened} deviations", ms(start.elapsed()));
    let mut changes = Vec::with_capacity(CHANGES);
    for change in 0..CHANGES {
        let number = change * 7919 % cluster.bindings;
        let binding = cluster.binding(number, number + 7 + change / cluster.bindings);
        let changes_in = vec![intake.seen(Item::Object(binding))];
        let start = Instant::now();
        engine.absorb(Batch { seen: now, changes: changes_in });
        engine.settle(now);
        changes.push(start.elapsed());
    }
    changes.sort_unstable();
    let at = |percent: usize| changes[changes.len() * percent / 100].as_nanos();
    println!("  one binding, by the engine  {:>9} ns, p99 {} ns", at(50), at(99));
}

/// Takes a change in and judges whom it touches.
fn one_change(snapshot: &Snapshot, judge: &Judge<'_>, change: Change) -> usize {
    let mut touched = Vec::with_capacity(4);
    snapshot.apply(change, &mut touched);
    let subjects = touched.iter().filter_map(|scope| match scope {
        Scope::Object(key) => Some(key),
        Scope::Cluster => None,
    });
    subjects.map(|subject| judge.findings(subject)).sum()
}

/// Asks for each subject and each namespace whether it may list secrets.
fn naive(cluster: &Cluster, snapshot: &Snapshot, subjects: &[ObjectKey]) {
    let grants = snapshot.grants();
    let secrets = Target::Resource { group: "", resource: "secrets", subresource: "", name: "" };
    let namespaces: Vec<String> = (0..cluster.namespaces()).map(namespace).collect();
    let all = subjects.len() * namespaces.len();
    let asked = all.min(QUESTIONS);
    let start = Instant::now();
    let mut allowed = 0;
    'asking: for (at, subject) in subjects.iter().enumerate() {
        let groups = implied_groups(subject);
        for (of, namespace) in namespaces.iter().enumerate() {
            if at * namespaces.len() + of >= asked {
                break 'asking;
            }
            let request = Request { verb: "list", namespace, target: secrets };
            allowed += usize::from(grants.can(subject, &groups, &request).is_some());
        }
    }
    let time = start.elapsed();
    let projected = time.as_secs_f64() * (all as f64 / asked as f64);
    println!(
        "  the naive way               {projected:>9.2} s    {asked} of {all} questions asked, {allowed} allowed"
    );
}

/// Holds subjects against what is declared by default.
struct Judge<'a> {
    declared: Declared,
    snapshot: &'a Snapshot,
    panics: Panics,
    uses: WaiverUses,
}

impl<'a> Judge<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        Self { declared: Declared::hardened(), snapshot, panics: Panics::new(), uses: WaiverUses::new() }
    }

    /// How much all checks of rights find of the subject.
    fn findings(&self, subject: &ObjectKey) -> usize {
        let Some(grantee) = self.snapshot.grantee(subject) else { return 0 };
        let facts = Facts {
            declared: &self.declared,
            snapshot: self.snapshot,
            panics: &self.panics,
            waiver_uses: &self.uses,
            remembered: &Remembered::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        let found = CHECKS.iter().map(|check| match check.rule {
            Rule::Grantee(rule) | Rule::Reader { grantee: rule, .. } => rule(&facts, &grantee).len(),
            _ => 0,
        });
        found.sum()
    }
}

/// The cluster that is made up, by how many bindings it has.
struct Cluster {
    bindings: usize,
}

fn namespace(number: usize) -> String {
    format!("team-{number}")
}

impl Cluster {
    const fn roles(&self) -> usize {
        self.bindings / BINDINGS_PER_ROLE
    }

    const fn namespaces(&self) -> usize {
        self.bindings / BINDINGS_PER_NAMESPACE
    }

    const fn accounts(&self) -> usize {
        self.bindings * 2 / 3
    }

    fn role(number: usize) -> Object {
        let rule = |verbs: &[&str], group: &str, resources: &[&str]| PolicyRule {
            verbs: verbs.iter().map(|it| (*it).to_owned()).collect(),
            api_groups: vec![group.to_owned()],
            resources: resources.iter().map(|it| (*it).to_owned()).collect(),
            ..PolicyRule::default()
        };
        let read = &["get", "list", "watch"];
        let mut rules = vec![
            rule(read, "", &["configmaps", "endpoints", "pods", "services"]),
            rule(read, "apps", &["deployments", "statefulsets"]),
            rule(&["create", "patch"], "", &["events"]),
            rule(&["get", "update"], &format!("team-{number}.example.com"), &["things", "things/status"]),
        ];
        if number.is_multiple_of(SECRETS_EVERY) {
            rules.push(rule(read, "", &["secrets"]));
        }
        let content = Content::Role(Role { rules, aggregation: None });
        object(Kind::ClusterRole, "", format!("role-{number}"), content)
    }

    /// The namespace of the service account of this number.
    fn home(&self, account: usize) -> String {
        namespace(account / BINDINGS_PER_NAMESPACE % self.namespaces())
    }

    fn account(&self, number: usize) -> Object {
        object(Kind::ServiceAccount, &self.home(number), format!("account-{number}"), Content::Nothing)
    }

    /// The binding of this number, which gives the role of that one.
    fn binding(&self, number: usize, role: usize) -> Object {
        let place = namespace(number / BINDINGS_PER_NAMESPACE % self.namespaces());
        let account = number % self.accounts();
        let subject = Subject {
            kind: "ServiceAccount".to_owned(),
            name: format!("account-{account}"),
            namespace: self.home(account),
            ..Subject::default()
        };
        let role_ref = RoleRef {
            kind: "ClusterRole".to_owned(),
            name: format!("role-{}", role % self.roles()),
            ..RoleRef::default()
        };
        let content = Content::Binding(Box::new(Binding { role_ref, subjects: vec![subject] }));
        let name = format!("binding-{number:06}");
        if number.is_multiple_of(CLUSTER_WIDE_EVERY) {
            object(Kind::ClusterRoleBinding, "", name, content)
        } else {
            object(Kind::RoleBinding, &place, name, content)
        }
    }
}

fn object(kind: Kind, namespace: &str, name: String, content: Content) -> Object {
    let number: String = name.chars().filter(char::is_ascii_digit).collect();
    let metadata = ObjectMeta {
        uid: format!("00000000-0000-4000-8000-{number:0>12}"),
        resource_version: number,
        namespace: namespace.to_owned(),
        name,
        ..ObjectMeta::default()
    };
    Object { content, ..Object::of(kind, metadata) }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How many bytes this process has allocated and not freed.
fn allocated() -> usize {
    let _ = tikv_jemalloc_ctl::epoch::advance();
    tikv_jemalloc_ctl::stats::allocated::read().unwrap_or_default()
}
