//! The lives of deviations.

use proptest::prelude::*;

use super::*;
use crate::model::{Direction, Kind, ObjectKey, ObjectKind, ObjectRef, Severity};

static CHECK: CheckInfo = CheckInfo {
    id: "family/check",
    severity: Severity::High,
    title: "a check",
    why: "It matters.",
    mend: "Mend it.",
    references: &[],
};

const RETENTION: SignedDuration = SignedDuration::from_mins(15);

fn object(name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(Kind::Pod), namespace: "shop".into(), name: name.into() }
}

fn finding(key: &str) -> Finding {
    Finding {
        exposed: None,
        object: ObjectRef {
            key: object("web"),
            version: "v1".into(),
            uid: "uid".into(),
            resource_version: "1".into(),
        },
        key: key.to_owned(),
        direction: Direction::Loosened,
        count: 1,
        message: "it deviates".to_owned(),
        expected: "false".to_owned(),
        actual: "true".to_owned(),
        path: "spec".to_owned(),
        remedy: String::new(),
        declaration: None,
    }
}

/// Findings by the ids under which the ledger holds them.
fn by_id(check: &CheckInfo, findings: Vec<Finding>) -> BTreeMap<DeviationId, Finding> {
    let id = |finding: &Finding| DeviationId::new(check.id, &finding.object.key, &finding.key);
    findings.into_iter().map(|finding| (id(&finding), finding)).collect()
}

fn scope() -> Scope {
    Scope::Object(object("web"))
}

/// The moment of this second.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn occasion(second: i64) -> Occasion {
    Occasion { now: at(second), since: Since::Now, cause: None, causes: BTreeMap::new() }
}

/// Settles the findings at this second. Returns the event, sequence number and key of each transition.
fn settle(ledger: &mut Ledger, second: i64, findings: Vec<Finding>) -> Vec<(Event, u64, String)> {
    let transitions = ledger.settle(&CHECK, &scope(), by_id(&CHECK, findings), &occasion(second));
    for transition in &transitions {
        assert_eq!(transition.seq, transition.deviation.seq);
        assert_eq!(transition.time, at(second));
    }
    transitions.into_iter().map(|it| (it.event, it.seq, it.deviation.finding.key.clone())).collect()
}

fn standing(ledger: &Ledger) -> Vec<&Deviation> {
    ledger.standing().values().map(|it| &**it).collect()
}

/// A ledger in which `a` opened at second 0.
fn opened() -> Ledger {
    let mut ledger = Ledger::new(RETENTION);
    assert_eq!(settle(&mut ledger, 0, vec![finding("a")]), [(Event::Opened, 1, "a".to_owned())]);
    ledger
}

#[test]
fn what_is_found_opens() {
    let ledger = opened();
    let [deviation] = standing(&ledger)[..] else { panic!("one stands") };
    assert_eq!(deviation.finding, finding("a"));
    assert_eq!(deviation.id, DeviationId::new("family/check", &object("web"), "a"));
    assert_eq!((deviation.opened_at, deviation.since, deviation.resolved_at), (at(0), at(0), None));
    assert_eq!((deviation.seq, deviation.severity, deviation.initial), (1, Severity::High, false));
    assert_eq!(ledger.seq(), 1);
}

#[test]
fn other_evidence_is_a_change() {
    let mutations: [fn(&mut Finding); 4] = [
        |it| it.direction = Direction::Tightened,
        |it| it.expected.push('x'),
        |it| it.actual.push('x'),
        |it| it.path.push('x'),
    ];
    for mutate in mutations {
        let mut ledger = opened();
        let mut changed = finding("a");
        mutate(&mut changed);
        let transitions = settle(&mut ledger, 5, vec![changed.clone()]);
        assert_eq!(transitions, [(Event::Changed, 2, "a".to_owned())]);
        let [deviation] = standing(&ledger)[..] else { panic!("one stands") };
        assert_eq!((deviation.opened_at, deviation.since, deviation.seq), (at(0), at(5), 2));
        assert_eq!(deviation.finding, changed);
        assert_eq!(ledger.by_seq().keys().collect::<Vec<_>>(), [&2]);
        let counts: Vec<_> = ledger.counts().iter().collect();
        assert_eq!(counts.len(), 1);
        assert_eq!((counts[0].0.direction, *counts[0].1), (changed.direction, 1));
    }
}

#[test]
fn what_moves_with_every_pod_is_seen_without_a_transition() {
    let mutations: [fn(&mut Finding); 5] = [
        |it| it.count = 7,
        |it| it.message.push('x'),
        |it| it.object.uid = "other".into(),
        |it| it.object.version = "v2".into(),
        |it| it.object.resource_version = "2".into(),
    ];
    for mutate in mutations {
        let mut ledger = opened();
        let mut moved = finding("a");
        mutate(&mut moved);
        assert_eq!(settle(&mut ledger, 5, vec![moved.clone()]), []);
        let [deviation] = standing(&ledger)[..] else { panic!("one stands") };
        assert_eq!((deviation.since, deviation.seq), (at(0), 1));
        assert_eq!(deviation.finding, moved);
        assert_eq!(ledger.by_seq().get(&1).unwrap().finding, moved);
    }
}

#[test]
fn what_is_no_longer_found_is_resolved() {
    let mut ledger = opened();
    let transitions = ledger.settle(&CHECK, &scope(), by_id(&CHECK, Vec::new()), &occasion(9));
    assert_eq!(transitions.len(), 1);
    assert_eq!(transitions[0].event, Event::Resolved);
    let deviation = &transitions[0].deviation;
    assert_eq!((deviation.seq, deviation.opened_at, deviation.resolved_at), (2, at(0), Some(at(9))));
    assert_eq!(standing(&ledger), [] as [&Deviation; 0]);
    assert!(ledger.counts().is_empty());
    assert_eq!(ledger.by_seq().keys().collect::<Vec<_>>(), [&2]);
}

#[test]
fn settling_twice_gives_no_second_transition() {
    let mut ledger = opened();
    assert_eq!(settle(&mut ledger, 1, vec![finding("a")]), []);
    assert_eq!(settle(&mut ledger, 2, Vec::new()).len(), 1);
    assert_eq!(settle(&mut ledger, 3, Vec::new()), []);
    assert_eq!(ledger.seq(), 2);
}

#[test]
fn the_resolved_come_before_the_opened_and_each_in_the_order_of_the_ids() {
    let keys = |prefix: &str| (0..20).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
    let findings = |prefix: &str| keys(prefix).iter().map(|key| finding(key)).collect::<Vec<_>>();
    let mut ledger = Ledger::new(RETENTION);
    settle(&mut ledger, 0, findings("old"));
    let transitions = ledger.settle(&CHECK, &scope(), by_id(&CHECK, findings("new")), &occasion(1));
    let order: Vec<_> = transitions.iter().map(|it| (it.event == Event::Opened, it.deviation.id)).collect();
    assert!(order.is_sorted() && order.len() == 40, "{order:?}");
    assert!(transitions.iter().map(|it| it.seq).eq(21..=60));
}

#[test]
fn another_scope_and_another_check_are_left_alone() {
    static OTHER: CheckInfo = CheckInfo { id: "family/other", ..CHECK_TEXTS };
    let mut ledger = opened();
    assert_eq!(ledger.settle(&OTHER, &scope(), by_id(&OTHER, Vec::new()), &occasion(1)), []);
    let elsewhere = Scope::Object(object("elsewhere"));
    assert_eq!(ledger.settle(&CHECK, &elsewhere, by_id(&CHECK, Vec::new()), &occasion(1)), []);
    assert_eq!(ledger.settle(&OTHER, &scope(), by_id(&OTHER, vec![finding("a")]), &occasion(1)).len(), 1);
    assert_eq!(standing(&ledger).len(), 2);
    assert_eq!(ledger.standing_in("family/check", &scope()).len(), 1);
    assert_eq!(ledger.standing_in("family/check", &elsewhere), []);
}

const CHECK_TEXTS: CheckInfo =
    CheckInfo { id: "", severity: Severity::Low, title: "", why: "", mend: "", references: &[] };

#[test]
fn since_when_it_may_have_been_there_is_marked() {
    for (since, initial, while_down) in
        [(Since::Now, false, false), (Since::FirstSight, true, false), (Since::WhileDown, false, true)]
    {
        let mut ledger = Ledger::new(RETENTION);
        let occasion = Occasion { since, ..occasion(0) };
        let transitions = ledger.settle(&CHECK, &scope(), by_id(&CHECK, vec![finding("a")]), &occasion);
        let marks = (transitions[0].deviation.initial, transitions[0].while_down);
        assert_eq!(marks, (initial, while_down), "{since:?}");
    }
}

/// What the ledger would write down: what it knows, by the last transition of each.
fn known(ledger: &Ledger) -> Vec<Arc<Deviation>> {
    ledger.by_seq().values().cloned().collect()
}

#[test]
fn what_is_restored_is_not_said_again() {
    let mut before = opened();
    settle(&mut before, 1, vec![finding("a"), finding("b")]);
    settle(&mut before, 2, vec![finding("b")]);
    let mut ledger = Ledger::new(RETENTION);
    let owed = ledger.restore(before.seq(), known(&before), |_| scope());
    assert_eq!(owed, [scope()]);
    assert_eq!(ledger.standing(), before.standing());
    assert_eq!(ledger.by_seq(), before.by_seq());
    assert_eq!(ledger.counts(), before.counts());
    assert_eq!(settle(&mut ledger, 3, vec![finding("b")]), []);
    // The numbers go on where they were.
    assert_eq!(settle(&mut ledger, 4, Vec::new()), [(Event::Resolved, 4, "b".to_owned())]);
}

#[test]
fn a_restored_ledger_goes_on_after_the_last_number_though_nothing_stands() {
    let mut ledger = Ledger::new(RETENTION);
    assert_eq!(ledger.restore(41, Vec::new(), |_| scope()), []);
    assert_eq!(settle(&mut ledger, 0, vec![finding("a")]), [(Event::Opened, 42, "a".to_owned())]);
}

#[test]
fn what_opens_again_is_no_longer_among_the_resolved() {
    let mut ledger = opened();
    settle(&mut ledger, 1, Vec::new());
    assert_eq!(settle(&mut ledger, 2, vec![finding("a")]), [(Event::Opened, 3, "a".to_owned())]);
    assert_eq!(ledger.by_seq().keys().collect::<Vec<_>>(), [&3]);
    assert_eq!(standing(&ledger)[0].opened_at, at(2));
    // Nor is it forgotten when the time of the earlier resolution comes.
    ledger.forget(at(1) + RETENTION);
    assert_eq!(ledger.by_seq().len(), 1);
    settle(&mut ledger, 3, Vec::new());
    ledger.forget(at(2) + RETENTION);
    assert_eq!(ledger.by_seq().keys().collect::<Vec<_>>(), [&4]);
}

#[test]
fn the_resolved_are_forgotten_after_the_retention() {
    let mut ledger = opened();
    settle(&mut ledger, 0, vec![finding("a"), finding("b"), finding("c")]);
    settle(&mut ledger, 10, vec![finding("b"), finding("c")]);
    settle(&mut ledger, 20, vec![finding("c")]);
    let left = |ledger: &Ledger| -> Vec<String> {
        ledger.by_seq().values().map(|it| it.finding.key.clone()).collect()
    };
    let moment = SignedDuration::from_nanos(1);
    ledger.forget(at(10) + RETENTION - moment);
    assert_eq!(left(&ledger).len(), 3);
    ledger.forget(at(10) + RETENTION);
    assert_eq!(left(&ledger).len(), 2);
    ledger.forget(at(20) + RETENTION);
    assert_eq!(left(&ledger), ["c"], "what stands is never forgotten");
    ledger.forget(at(1_000_000_000));
    assert_eq!(left(&ledger), ["c"]);
}

#[test]
fn an_id_is_the_same_in_every_version() {
    let id = DeviationId::new("pod-security/privileged", &object("web"), "web/privileged");
    assert_eq!(id.to_string(), "4ea3142d9aa3d0d238e028a74a40f7cc");
    assert_eq!(DeviationId::parse(&id.to_string()), Some(id));
    for no_id in
        ["", "4ea3", &id.to_string().to_uppercase(), &format!("{id}0"), &format!("+{}", &id.to_string()[1..])]
    {
        assert_eq!(DeviationId::parse(no_id), None, "{no_id}");
    }
}

#[test]
fn identities_do_not_run_together() {
    let ids = [
        DeviationId::new("a/b", &object("web"), "key"),
        DeviationId::new("a/b", &object("web"), "ke"),
        DeviationId::new("a/b", &object("webk"), "ey"),
        DeviationId::new("a/b", &ObjectKey { namespace: "shopw".into(), ..object("eb") }, "key"),
        DeviationId::new("a/b", &ObjectKey { namespace: "".into(), ..object("web") }, "key"),
        DeviationId::new("a/b", &ObjectKey { kind: ObjectKind::new("apps", "Pod"), ..object("web") }, "key"),
    ];
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

/// What is found in one settlement: by key, the direction and the count.
fn found() -> impl Strategy<Value = Vec<Finding>> {
    let one = (0..6_u8, prop::sample::select(Direction::ALL.to_vec()), 0..3_u64);
    prop::collection::vec(one, 0..6).prop_map(|found| {
        let finding = |(key, direction, count): (u8, Direction, u64)| Finding {
            direction,
            count,
            exposed: None,
            object: ObjectRef {
                key: ObjectKey { namespace: format!("ns{}", key % 2).into(), ..object("web") },
                ..finding("a").object
            },
            ..finding(&key.to_string())
        };
        found.into_iter().map(finding).collect()
    })
}

proptest! {
    #[test]
    fn the_books_agree(rounds in prop::collection::vec((found(), any::<bool>()), 1..20)) {
        let mut ledger = Ledger::new(SignedDuration::from_secs(3));
        let mut replayed: BTreeMap<DeviationId, Finding> = BTreeMap::new();
        let mut seq = 0;
        for (second, (findings, forget)) in (0..).zip(rounds) {
            for transition in ledger.settle(&CHECK, &scope(), by_id(&CHECK, findings.clone()), &occasion(second)) {
                seq += 1;
                prop_assert_eq!(transition.seq, seq);
                let deviation = &transition.deviation;
                let before = match transition.event {
                    Event::Resolved => replayed.remove(&deviation.id),
                    _ => replayed.insert(deviation.id, deviation.finding.clone()),
                };
                prop_assert_eq!(before.is_none(), transition.event == Event::Opened);
            }
            prop_assert_eq!(ledger.settle(&CHECK, &scope(), by_id(&CHECK, findings), &occasion(second)), []);
            if forget {
                ledger.forget(at(second));
            }
            // Replaying what was said gives what stands, but for the counts.
            prop_assert!(replayed.keys().eq(ledger.standing().keys()));
            for (id, finding) in &replayed {
                prop_assert!(same_evidence(finding, &ledger.standing()[id].finding));
            }
            let mut counts: BTreeMap<CountKey, u64> = BTreeMap::new();
            for it in ledger.standing().values() {
                let (check, severity) = (it.check.id, it.severity);
                let (direction, namespace) = (it.finding.direction, Arc::clone(it.finding.namespace()));
                *counts.entry(CountKey { check, severity, direction, namespace }).or_default() += 1;
            }
            prop_assert!(counts.iter().eq(ledger.counts().iter()));
            for (seq, it) in ledger.by_seq() {
                prop_assert_eq!(*seq, it.seq);
                prop_assert_eq!(it.resolved_at.is_none(), ledger.standing().get(&it.id) == Some(it));
            }
            let resolved = ledger.by_seq().values().filter(|it| it.resolved_at.is_some()).count();
            prop_assert_eq!(ledger.by_seq().len(), ledger.standing().len() + resolved);
        }
    }
}
