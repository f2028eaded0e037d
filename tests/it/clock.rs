//! A clock that jumps, forwards and backwards: it stamps what happens, and decides nothing of it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::baseline::Declared;
use plimsoll::checks::{self, CHECKS};
use plimsoll::engine::Engine;
use plimsoll::model::{CheckInfo, DeviationId, Event, Kind, Transition, View};
use plimsoll::sinks::alertmanager::{AlertOptions, render_alerts};
use plimsoll::sinks::journal::{Journal, Options};
use plimsoll::sinks::metrics::{self, Metrics};
use plimsoll::snapshot::{Batch, Change, Intake, Snapshot};
use plimsoll::wire::{Item, decode_json};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

const RETENTION: SignedDuration = SignedDuration::from_mins(15);

/// How often a standing alert is sent again, in seconds.
const RESEND_SECS: u32 = 60;

/// What happens next, and by how many seconds the clock jumps before it is judged.
#[derive(Debug, Clone, Copy)]
struct Step {
    act: Act,
    jump: i64,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    See { pod: u8, privileged: bool },
    Delete { pod: u8 },
    Forget,
}

/// A daemon without its edges.
struct Daemon {
    now: Timestamp,
    intake: Intake,
    engine: Engine,
    metrics: Metrics,
    folder: TempDir,
    journal: Journal,
}

fn start() -> Timestamp {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn lookup(id: &str) -> Option<&'static CheckInfo> {
    checks::find(id).map(|check| &check.info)
}

impl Daemon {
    fn new() -> Self {
        let snapshot = Arc::new(Snapshot::default());
        let engine = Engine::new(CHECKS, Arc::new(Declared::hardened()), Arc::clone(&snapshot), RETENTION);
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path(), Options::new("c"), &lookup, start()).unwrap();
        let (intake, metrics) = (Intake::of(snapshot), Metrics::new("0"));
        let mut daemon = Self { now: start(), intake, engine, metrics, folder, journal };
        daemon.absorb(Kind::ALL.map(Change::Synced).into());
        daemon.settle();
        daemon
    }

    fn absorb(&mut self, changes: Vec<Change>) {
        self.engine.absorb(Batch { seen: self.now, changes });
    }

    fn settle(&mut self) -> Vec<Transition> {
        let transitions = self.engine.settle(self.now);
        for transition in &transitions {
            self.metrics.observe_transition(transition, self.now);
        }
        let view = self.engine.view(self.now);
        self.journal.append(&transitions, &view, self.now).unwrap();
        transitions
    }

    /// Takes a step, the change being received before the clock jumps and judged after.
    fn take(&mut self, Step { act, jump }: Step) -> Vec<Transition> {
        match act {
            Act::See { pod, privileged } => {
                let change =
                    self.intake.seen(Item::Object(decode_json(Kind::Pod, &json(pod, privileged)).unwrap()));
                self.absorb(vec![change]);
            }
            Act::Delete { pod } => {
                let (namespace, name) = ("shop".into(), format!("pod-{pod}").into());
                self.absorb(vec![Change::Deleted { kind: Kind::Pod, namespace, name }]);
            }
            Act::Forget => {}
        }
        self.now += SignedDuration::from_secs(jump);
        if matches!(act, Act::Forget) {
            self.engine.forget(self.now);
        }
        self.settle()
    }

    fn view(&mut self) -> View {
        self.engine.view(self.now)
    }
}

fn json(pod: u8, privileged: bool) -> Vec<u8> {
    let text = serde_json::json!({
        "metadata": {"namespace": "shop", "name": format!("pod-{pod}")},
        "spec": {"containers": [{"name": "main", "securityContext": {"privileged": privileged}}]},
    });
    text.to_string().into_bytes()
}

/// Alertmanager takes each alert, fires what stands, for four resends at most, and does not fire what is over.
fn check_alerts(view: &View, now: Timestamp) {
    let options =
        AlertOptions { cluster: String::new(), runbook_url: String::new(), resend_secs: RESEND_SECS };
    let ahead = now + SignedDuration::from_secs(4 * i64::from(RESEND_SECS));
    for known in view.by_seq.values() {
        let body = render_alerts(&[Arc::clone(known)], &options, now);
        let alert: Value = serde_json::from_str(&body).unwrap();
        let time = |name: &str| alert[0][name].as_str().unwrap().parse::<Timestamp>().unwrap();
        let (starts, ends) = (time("startsAt"), time("endsAt"));
        assert!(starts <= ends, "{starts} {ends}");
        match known.resolved_at {
            None => assert_eq!(ends, ahead),
            Some(_) => assert!(ends <= now, "{ends} is after {now}"),
        }
    }
}

/// No duration is negative.
fn check_metrics(page: &str) {
    let durations = page.lines().filter(|line| {
        line.starts_with("plimsoll_exposure_seconds_sum")
            || line.starts_with("plimsoll_detection_seconds_sum")
    });
    let values: Vec<f64> = durations.map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap()).collect();
    assert!(values.len() > 2 && values.iter().all(|value| *value >= 0.0), "{values:?}");
}

/// What was told, but for the times.
fn told(transitions: &[Transition]) -> Vec<(u64, Event, DeviationId)> {
    transitions.iter().map(|it| (it.seq, it.event, it.deviation.id)).collect()
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let jumps = [0, 1, 30, 3600, 86_400 * 300, -1, -30, -3600, -86_400 * 300];
    let act = prop_oneof![
        4 => (0..4_u8, any::<bool>()).prop_map(|(pod, privileged)| Act::See { pod, privileged }),
        1 => (0..4_u8).prop_map(|pod| Act::Delete { pod }),
        1 => Just(Act::Forget),
    ];
    let step = (act, prop::sample::select(jumps.to_vec())).prop_map(|(act, jump)| Step { act, jump });
    prop::collection::vec(step, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_clock_that_jumps_stamps_what_happens_and_decides_nothing(steps in steps()) {
        let (mut steady, mut jumping) = (Daemon::new(), Daemon::new());
        let mut latest = start();
        for step in steps {
            let expected = steady.take(Step { jump: 1, ..step });
            let transitions = jumping.take(step);
            prop_assert_eq!(told(&transitions), told(&expected));
            let now = jumping.now;
            latest = latest.max(now);
            for transition in &transitions {
                let deviation = &transition.deviation;
                prop_assert_eq!(transition.time, now);
                match transition.event {
                    Event::Opened => prop_assert_eq!((deviation.opened_at, deviation.since), (now, now)),
                    Event::Changed => prop_assert_eq!(deviation.since, now),
                    Event::Resolved => prop_assert_eq!(deviation.resolved_at, Some(now)),
                }
            }
            let view = jumping.view();
            prop_assert!(view.standing.keys().eq(steady.view().standing.keys()));
            check_alerts(&view, now);
            check_metrics(&metrics::render(&view, &jumping.metrics, metrics::Options::default()));
        }
        // A restart takes back what stood, as it stood.
        let view = jumping.view();
        let Daemon { mut journal, folder, mut engine, .. } = jumping;
        journal.sync().unwrap();
        drop(journal);
        let (_journal, restored) = Journal::open(folder.path(), Options::new("c"), &lookup, latest).unwrap();
        prop_assert_eq!((restored.seq, &restored.problems), (view.seq, &Vec::new()));
        let lives = |deviations: &mut dyn Iterator<Item = &Arc<plimsoll::model::Deviation>>| {
            let standing = deviations.filter(|it| it.resolved_at.is_none());
            standing.map(|it| (it.seq, it.id, it.opened_at, it.since)).collect::<Vec<_>>()
        };
        prop_assert_eq!(lives(&mut restored.deviations.iter()), lives(&mut view.by_seq.values()));
        // When the clock is past all that it ever said, what was resolved is forgotten as ever.
        engine.forget(latest + RETENTION);
        let view = engine.view(latest);
        prop_assert_eq!(view.by_seq.len(), view.standing.len());
    }
}
