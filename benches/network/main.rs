//! The network at growing size: the map made, every class judged, one pod and one policy changed, and the naive way
//! beside them, which asks for each pair of pods. Then the same by the engine. And a hard shape: one namespace in which
//! everything is distinct; and two clusters in which everyone could talk to everyone, taken in.
//!
//! `cargo bench --bench network` measures 1,000, 10,000 and 100,000 pods; `cargo bench --bench network -- 1000` only
//! those. docs/performance.md says what the figures mean.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod engine;
mod naive;
mod shape;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll::model::ObjectKey;
use plimsoll::network::{Class, ClassId, Direction, Map, Peer, Peers, Policy};
use shape::{Pod, Shape};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The sizes measured where none is asked for, in pods.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// How often everything is judged, and how many changes are made, one after the other.
const ROUNDS: usize = 11;
const CHANGES: usize = 20_000;

/// Up to how many pods the naive way is asked.
const NAIVE_MAX: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let sizes: Vec<usize> = arguments.map(|it| it.parse()).collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    for pods in sizes {
        let shape = Shape::of_namespaces(pods);
        measure(&shape);
        engine::measure(&shape);
    }
    measure(&Shape::hard());
    engine::take_in(&Shape::open());
    engine::take_in(&Shape::all_but_one());
    Ok(())
}

fn measure(shape: &Shape) {
    let policies: Vec<(ObjectKey, Arc<Policy>)> =
        shape.policies.iter().map(|it| (it.key.clone(), it.version(0))).collect();
    let before = allocated();
    let start = Instant::now();
    let mut map = shape.map(&policies);
    let (made, held) = (start.elapsed(), allocated() - before);
    let classes = map.classes().count();
    println!("{}: {} pods, {} policies, {classes} classes", shape.name, shape.pods.len(), policies.len());
    println!("  made                        {:>9.2} ms", ms(made));
    println!("  held                        {:>9} bytes for each class", held / classes);
    let mut rounds = Vec::new();
    let mut found = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        found = map.classes().map(|(_, class)| judge(&map, class)).sum();
        rounds.push(start.elapsed());
    }
    println!(
        "  every class judged          {:>9.2} ms   {found} ways across namespaces",
        ms(median(&mut rounds))
    );
    println!("                                   applied: median, p99      judged as well: median, p99");
    tell("one pod relabelled", relabel(shape, &mut map));
    tell("one policy changed", change_policies(shape, &mut map));
    if shape.pods.len() <= NAIVE_MAX {
        let start = Instant::now();
        let found = naive::ways(&shape.pods, &policies);
        println!(
            "  the naive way, each pair    {:>9.2} ms   {found} ways across namespaces",
            ms(start.elapsed())
        );
    }
}

/// How long each change took: applied, and judged as well.
struct Times {
    applied: Vec<Duration>,
    judged: Vec<Duration>,
}

fn tell(what: &str, mut times: Times) {
    times.applied.sort_unstable();
    times.judged.sort_unstable();
    let at = |times: &[Duration], percent: usize| times[times.len() * percent / 100].as_nanos();
    println!(
        "  {what:<26} {:>14} ns, {:>7} ns {:>18} ns, {:>7} ns",
        at(&times.applied, 50),
        at(&times.applied, 99),
        at(&times.judged, 50),
        at(&times.judged, 99)
    );
}

/// Relabels pods, one after the other, each to what another pod of its kind has.
fn relabel(shape: &Shape, map: &mut Map) -> Times {
    let mut now: Vec<Pod> = shape.pods.clone();
    timed(map, |change, map, touched| {
        let at = change * 7919 % now.len();
        let new = now[at].relabelled(change);
        let start = Instant::now();
        map.remove(&now[at].owner, &now[at].endpoint, touched);
        map.add(&new.owner, &new.endpoint, touched);
        let time = start.elapsed();
        now[at] = new;
        time
    })
}

fn change_policies(shape: &Shape, map: &mut Map) -> Times {
    timed(map, |change, map, touched| {
        let written = &shape.policies[change * 7919 % shape.policies.len()];
        let policy = written.version(change + 1);
        let start = Instant::now();
        map.set_policy(&written.key, Some(&policy), touched);
        start.elapsed()
    })
}

/// Makes changes and judges whom they touch.
fn timed(map: &mut Map, mut change: impl FnMut(usize, &mut Map, &mut Vec<ObjectKey>) -> Duration) -> Times {
    let mut times = Times { applied: Vec::new(), judged: Vec::new() };
    let mut touched = Vec::new();
    for number in 0..CHANGES {
        touched.clear();
        let applied = change(number, map, &mut touched);
        let start = Instant::now();
        touched.sort_unstable();
        touched.dedup();
        for owner in &touched {
            for id in map.classes_of(owner).into_keys() {
                judge(map, map.class(id));
            }
        }
        times.applied.push(applied);
        times.judged.push(applied + start.elapsed());
    }
    times
}

/// How many ways are open to and from other namespaces: by the peers that rules name, and one for all that are wide.
fn judge(map: &Map, class: &Class) -> usize {
    let of = Direction::ALL.map(|direction| {
        if class.side(direction).is_open() {
            return 1;
        }
        let mut peers: BTreeSet<ClassId> = BTreeSet::new();
        let mut is_wide = false;
        for through in class.side(direction).rules(direction) {
            match &through.rule.peers {
                Peers::Everyone => is_wide = true,
                Peers::Listed(listed) => {
                    for peer in listed.iter().filter(|it| !matches!(it, Peer::Own(_))) {
                        is_wide |= matches!(peer, Peer::Block(_));
                        peers.extend(map.selected(class, peer));
                    }
                }
            }
        }
        let flow = |peer: &Class| match direction {
            Direction::Ingress => map.flow(peer, class),
            Direction::Egress => map.flow(class, peer),
        };
        let is_way = |id: &ClassId| {
            let peer = map.class(*id);
            peer.namespace != class.namespace && !flow(peer).is_empty()
        };
        let named = peers.iter().filter(|it| is_way(it)).count();
        let mut wide = map.wide(direction.opposite());
        let is_wide = is_wide
            && (wide.any(|it| is_way(&it)) || map.selecting(class, direction.opposite()).iter().any(is_way));
        named + usize::from(is_wide)
    });
    of.iter().sum()
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
