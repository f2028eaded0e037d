//! Deviations, transitions and views as the tests of this floor need them.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use jiff::{Timestamp, ToSpan};

use crate::model::{
    Actor, Cause, ChangeType, CheckInfo, CheckView, Checks, CountKey, Declaration, Deviation, DeviationId,
    Direction, Event, Finding, Kind, KindView, Matches, ObjectKey, ObjectKind, ObjectRef, Operation,
    Severity, Sight, Transition, View, Waived, Waiver, WaiverCounts,
};

pub(crate) static PRIVILEGED: CheckInfo = CheckInfo {
    id: "pod-security/privileged",
    severity: Severity::Critical,
    title: "Privileged container",
    why: "A privileged container owns its node.",
    mend: "Set securityContext.privileged to false.",
    references: &["https://kubernetes.io/docs/concepts/security/pod-security-standards/"],
};

pub(crate) static NAKED: CheckInfo = CheckInfo {
    id: "workload/naked-pod",
    severity: Severity::Low,
    title: "Pod without a controller",
    why: "Nothing brings it back.",
    mend: "Let a Deployment own it.",
    references: &[],
};

pub(crate) fn lookup(id: &str) -> Option<&'static CheckInfo> {
    [&PRIVILEGED, &NAKED].into_iter().find(|check| check.id == id)
}

/// `secs` seconds after a fixed moment.
pub(crate) fn at(secs: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T08:00:00Z".parse().expect("a fixed time");
    start + secs.seconds()
}

pub(crate) fn declaration() -> Arc<Declaration> {
    let (name, digest, file) = ("production".into(), "ab12".into(), "baseline.yaml".into());
    Arc::new(Declaration { name, digest, file, line: 7 })
}

/// A deviation of a Deployment's container.
pub(crate) fn deviation(check: &'static CheckInfo, name: &str, seq: u64) -> Deviation {
    let key = ObjectKey {
        kind: ObjectKind::Watched(Kind::Deployment),
        namespace: "shop".into(),
        name: name.into(),
    };
    let seen = at(i64::try_from(seq).expect("a small number"));
    Deviation {
        id: DeviationId::new(check.id, &key, "web"),
        check,
        severity: check.severity,
        finding: Finding {
            object: ObjectRef { key, version: "v1".into(), uid: "u-1".into(), resource_version: "41".into() },
            exposed: None,
            key: "web".to_owned(),
            direction: Direction::Loosened,
            count: 3,
            message: format!("container web of Deployment {name} is privileged"),
            expected: "false".to_owned(),
            actual: "true".to_owned(),
            path: "spec.template.spec.containers[web].securityContext.privileged".to_owned(),
            remedy: "containers[web].securityContext.privileged: false".to_owned(),
            declaration: Some(declaration()),
        },
        seq,
        since: seen,
        opened_at: seen,
        resolved_at: None,
        initial: false,
        actor: Some(Actor { via: "kubectl-edit".into(), operation: Operation::Update, time: at(0) }),
    }
}

/// A ledger in small: it makes transitions and keeps the view that follows from them.
pub(crate) struct Ledger {
    pub(crate) view: View,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let kinds = Kind::ALL.map(|kind| KindView { kind, sight: Sight::Synced, objects: 7 });
        let checks = [&PRIVILEGED, &NAKED].map(|check| CheckView { check, blind: Vec::new() });
        Self {
            view: View {
                time: at(0),
                seq: 0,
                standing: OrdMap::new(),
                by_seq: OrdMap::new(),
                counts: OrdMap::new(),
                kinds: kinds.to_vec(),
                checks: checks.to_vec(),
                baselines: [declaration()].into(),
                incomplete: false,
                waived: OrdMap::new(),
                waivers: WaiverCounts {
                    used: 2,
                    unused: 1,
                    expiring: 1,
                    ends: Arc::new(BTreeMap::from([("pod-security/*".to_owned(), at(86_400))])),
                    ..WaiverCounts::default()
                },
            },
        }
    }

    /// Opens a deviation of `check` on the Deployment `name`.
    pub(crate) fn open(&mut self, check: &'static CheckInfo, name: &str) -> Transition {
        let deviation = deviation(check, name, self.view.seq + 1);
        self.record(Event::Opened, deviation)
    }

    /// Finds what `check` finds on the Deployment `name`, with a waiver that excuses it.
    pub(crate) fn waive(&mut self, check: &'static CheckInfo, name: &str) {
        let Deviation { id, finding, .. } = deviation(check, name, 0);
        let waiver = Waiver {
            checks: Checks::One(check.id.into()),
            matches: Matches { name: Some(name.into()), ..Matches::default() },
            owner: "sre@example.com".into(),
            reason: "reads host metrics".into(),
            ticket: Some("https://tickets.example.com/7".into()),
            expires: at(86_400),
            declaration: declaration(),
        };
        let excused = Waived { check, finding, waivers: vec![Arc::new(waiver)] };
        self.view.waived.insert(id, Arc::new(excused));
    }

    /// Resolves the standing deviation of `check` on the Deployment `name`.
    pub(crate) fn resolve(&mut self, check: &'static CheckInfo, name: &str) -> Transition {
        let id = deviation(check, name, 0).id;
        let standing = self.view.standing.get(&id).expect("it stands").clone();
        let seq = self.view.seq + 1;
        let resolved_at = Some(at(i64::try_from(seq).expect("a small number")));
        self.view.by_seq.remove(&standing.seq);
        self.record(Event::Resolved, Deviation { seq, resolved_at, ..(*standing).clone() })
    }

    /// Takes the deviation over as it is, with the transition that led to it.
    pub(crate) fn record(&mut self, event: Event, deviation: Deviation) -> Transition {
        let deviation = Arc::new(deviation);
        let key = CountKey {
            check: deviation.check.id,
            severity: deviation.severity,
            direction: deviation.finding.direction,
            namespace: deviation.finding.object.key.namespace.clone(),
        };
        let before = self.view.counts.get(&key).copied().unwrap_or(0);
        match event {
            Event::Resolved if before == 1 => drop(self.view.counts.remove(&key)),
            Event::Resolved => drop(self.view.counts.insert(key, before - 1)),
            Event::Opened | Event::Changed => drop(self.view.counts.insert(key, before + 1)),
        }
        if event == Event::Resolved {
            self.view.standing.remove(&deviation.id);
        } else {
            self.view.standing.insert(deviation.id, deviation.clone());
        }
        self.view.seq = deviation.seq;
        self.view.time = at(i64::try_from(deviation.seq).expect("a small number"));
        self.view.by_seq.insert(deviation.seq, deviation.clone());
        let cause = Cause {
            field: None,
            object: Some(deviation.finding.object.key.clone()),
            kind: Some(Kind::Deployment),
            change: ChangeType::Updated,
            actor: deviation.actor.clone(),
            seen: self.view.time - 40.microseconds(),
        };
        let time = self.view.time;
        Transition { seq: deviation.seq, event, time, deviation, cause: Some(cause), while_down: false }
    }

    pub(crate) fn shared(&self) -> Arc<View> {
        Arc::new(self.view.clone())
    }
}
