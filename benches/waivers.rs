//! Deviations held against waivers at growing size: 10,000 workloads that deviate, under as many waivers as are asked
//! for, of which each is for another workload.
//!
//! `cargo bench --bench waivers` measures 0, 10, 100, 1,000 and 10,000 waivers; `cargo bench --bench waivers -- 1000`
//! only so many.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use plimsoll::baseline::Declared;
use plimsoll::checks::CHECKS;
use plimsoll::engine::Engine;
use plimsoll::model::{Checks, Kind, Matches, Waiver};
use plimsoll::snapshot::{Batch, Change, Intake, Snapshot};
use plimsoll::wire::{Item, decode_json};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const SIZES: [usize; 5] = [0, 10, 100, 1_000, 10_000];

const WORKLOADS: usize = 10_000;
const NAMESPACES: usize = 100;

/// Everything happens at this moment.
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let sizes: Vec<usize> = arguments.map(|it| it.parse()).collect::<Result<_, _>>()?;
    for waivers in if sizes.is_empty() { SIZES.to_vec() } else { sizes } {
        measure(waivers);
    }
    Ok(())
}

fn measure(waivers: usize) {
    let declared = Arc::new(declared(waivers));
    let snapshot = Arc::new(Snapshot::default());
    let mut engine =
        Engine::new(CHECKS, Arc::clone(&declared), Arc::clone(&snapshot), SignedDuration::from_mins(15));
    let intake = Intake::of(snapshot);
    let mut changes: Vec<Change> = Kind::ALL.map(Change::Listing).into();
    changes.extend((0..WORKLOADS).map(|number| seen(&intake, number)));
    changes.extend(Kind::ALL.map(Change::Synced));
    engine.absorb(Batch { seen: NOW, changes });
    let first = Instant::now();
    engine.settle(NOW);
    let first = first.elapsed();
    let (view, again) = (engine.view(NOW), Instant::now());
    engine.declare(declared, NOW);
    let transitions = engine.settle(NOW).len();
    println!(
        "{waivers:>7} waivers  {:>7} stand  {:>6} waived  first {first:>9.1?}  anew {:>9.1?}  {transitions} transitions",
        view.standing.len(),
        view.waived.len(),
        again.elapsed(),
    );
}

fn name(number: usize) -> (String, String) {
    (format!("team-{}", number % NAMESPACES), format!("web-{number}"))
}

fn seen(intake: &Intake, number: usize) -> Change {
    let (namespace, name) = name(number);
    let json = format!(
        r#"{{"metadata": {{"namespace": "{namespace}", "name": "{name}"}}, "spec": {{"template": {{"spec":
        {{"containers": [{{"name": "web", "securityContext": {{"privileged": true}}}}]}}}}}}}}"#
    );
    let object = decode_json(Kind::Deployment, json.as_bytes()).expect("it is well formed");
    intake.seen(Item::Object(object))
}

fn declared(waivers: usize) -> Declared {
    let mut declared = Declared::hardened();
    declared.baselines.truncate(1);
    let baseline = &mut declared.baselines[0];
    let declaration = Arc::clone(&baseline.declaration);
    let waiver = |number: usize| {
        let (namespace, name) = name(number);
        let (namespace, name) = (Some(namespace.into()), Some(name.into()));
        Arc::new(Waiver {
            checks: Checks::Family("pod-security".into()),
            matches: Matches { namespace, name, ..Matches::default() },
            owner: "team".into(),
            reason: "a reason".into(),
            ticket: None,
            expires: NOW + SignedDuration::from_hours(24 * 90),
            declaration: Arc::clone(&declaration),
        })
    };
    baseline.waivers = (0..waivers).map(waiver).collect();
    declared
}
