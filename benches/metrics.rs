//! The page of metrics with growing numbers of series, beside the encoder of `prometheus-client` in the same run.
//!
//! `cargo bench --bench metrics` measures 1,000 to 300,000 series of `plimsoll_deviation_info`; with a number only that
//! many. docs/performance.md says what the figures mean.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use imbl::OrdMap;
use jiff::Timestamp;
use plimsoll::checks::CHECKS;
use plimsoll::model::{
    CountKey, Deviation, DeviationId, Direction, Finding, Kind, ObjectKey, ObjectKind, ObjectRef, View,
    WaiverCounts,
};
use plimsoll::sinks::metrics::{Exposition, Metrics, Options};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The sizes measured where none is asked for, in series.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 300_000];

/// How many deviations change between two scrapes.
const CHANGES: [usize; 3] = [0, 10, 100];

/// How often each is run.
const ROUNDS: usize = 15;

const NAMESPACES: usize = 50;

/// How many times as fast as the encoder a scrape must be at the largest size.
const FACTOR_MIN: f64 = 25.0;

type Labels = Vec<(String, String)>;

fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let sizes: Vec<usize> = arguments.map(|it| it.parse()).collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    sizes.into_iter().try_for_each(measure)
}

fn measure(series: usize) -> anyhow::Result<()> {
    let mut view = view(series);
    let encoder = encoder(&view);
    println!("{series} series, median of {ROUNDS}");
    let metrics = Metrics::new("0.1.0");
    let exposition = Exposition::new(Options { deviation_info_max: Some(series) });
    let before = allocated();
    let (first, parts) = timed(|| exposition.render(&view, &metrics));
    let bytes: usize = parts.iter().map(bytes::Bytes::len).sum();
    drop(parts);
    let kept = allocated().saturating_sub(before);
    println!("  prometheus-client, encoded         {:>10.3} ms", ms(encoder));
    println!("  first scrape                       {:>10.3} ms{}", ms(first), times(encoder, first));
    for changes in CHANGES {
        let scrape = rounds(|round| {
            change(&mut view, changes, round);
            timed(|| exposition.render(&view, &metrics)).0
        });
        println!(
            "  scrape after {changes:>4} changes          {:>10.3} ms{}",
            ms(scrape),
            times(encoder, scrape)
        );
        let factor = encoder.as_secs_f64() / scrape.as_secs_f64();
        ensure!(
            series < SIZES[3] || factor >= FACTOR_MIN,
            "it is {factor:.1} times as fast, not {FACTOR_MIN}"
        );
    }
    let copied = rounds(|_| timed(|| exposition.render(&view, &metrics).concat()).0);
    println!("  scrape, copied into one piece      {:>10.3} ms{}", ms(copied), times(encoder, copied));
    println!("  kept: {} bytes a series, of {} bytes of text", kept / series, bytes / series);
    Ok(())
}

/// How long the encoder takes for the same series.
fn encoder(view: &View) -> Duration {
    let family = Family::<Labels, Gauge>::default();
    for deviation in view.standing.values() {
        family.get_or_create(&labels(deviation)).set(1);
    }
    let mut registry = Registry::default();
    registry.register("plimsoll_deviation_info", "1 for each deviation that stands", family);
    rounds(|_| {
        let (took, text) = timed(|| {
            let mut text = String::new();
            encode(&mut text, &registry).map(|()| text)
        });
        assert!(text.is_ok_and(|text| text.contains("resource_name=")), "it encodes");
        took
    })
}

fn labels(deviation: &Deviation) -> Labels {
    let key = &deviation.finding.object.key;
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        label("id", &deviation.id.to_string()),
        label("check", deviation.check.id),
        label("severity", deviation.severity.as_str()),
        label("namespace", &key.namespace),
        label("resource_kind", key.kind.label()),
        label("resource_name", &key.name),
    ]
}

fn view(series: usize) -> View {
    let mut view = View {
        time: Timestamp::UNIX_EPOCH,
        seq: 0,
        standing: OrdMap::new(),
        by_seq: OrdMap::new(),
        counts: OrdMap::new(),
        kinds: Vec::new(),
        checks: Vec::new(),
        baselines: Arc::new([]),
        incomplete: false,
        waived: OrdMap::new(),
        waivers: WaiverCounts::default(),
    };
    for number in 0..series {
        open(&mut view, number);
    }
    view
}

/// Opens one more deviation.
fn open(view: &mut View, number: usize) {
    let check = &CHECKS[number % CHECKS.len()].info;
    let namespace: Arc<str> = format!("team-{}", number % NAMESPACES).into();
    let key = ObjectKey {
        kind: ObjectKind::Watched(Kind::Deployment),
        namespace: Arc::clone(&namespace),
        name: format!("service-{number}-of-the-platform").into(),
    };
    let id = DeviationId::new(check.id, &key, "container");
    let count =
        CountKey { check: check.id, severity: check.severity, direction: Direction::Loosened, namespace };
    *view.counts.entry(count).or_insert(0) += 1;
    let object = ObjectRef { key, version: "v1".into(), uid: "".into(), resource_version: "".into() };
    let finding = Finding {
        object,
        exposed: None,
        key: "container".to_owned(),
        direction: Direction::Loosened,
        count: 1,
        message: String::new(),
        expected: String::new(),
        actual: String::new(),
        path: String::new(),
        remedy: String::new(),
        declaration: None,
    };
    let deviation = Deviation {
        id,
        check,
        severity: check.severity,
        finding,
        seq: view.seq + 1,
        since: Timestamp::UNIX_EPOCH,
        opened_at: Timestamp::UNIX_EPOCH,
        resolved_at: None,
        initial: false,
        actor: None,
    };
    let deviation = Arc::new(deviation);
    view.seq += 1;
    view.by_seq.insert(view.seq, Arc::clone(&deviation));
    view.standing.insert(id, deviation);
}

fn resolve(view: &mut View, id: DeviationId) {
    let Some(deviation) = view.standing.remove(&id) else { return };
    view.by_seq.remove(&deviation.seq);
    view.seq += 1;
    let resolved_at = Some(Timestamp::UNIX_EPOCH);
    let resolved = Deviation { seq: view.seq, resolved_at, ..(*deviation).clone() };
    view.by_seq.insert(view.seq, Arc::new(resolved));
}

/// Resolves deviations all over the row of ids, and opens as many others.
fn change(view: &mut View, changes: usize, round: usize) {
    let stride = view.standing.len() / changes.max(1);
    let gone: Vec<DeviationId> = view.standing.keys().step_by(stride.max(1)).take(changes).copied().collect();
    for (index, id) in gone.into_iter().enumerate() {
        resolve(view, id);
        open(view, 1_000_000 * (round + 1) + changes * 1_000 + index);
    }
}

fn rounds(mut run: impl FnMut(usize) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(&mut run).collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = black_box(run());
    (start.elapsed(), made)
}

fn times(encoder: Duration, other: Duration) -> String {
    format!("   {:.1} times as fast", encoder.as_secs_f64() / other.as_secs_f64())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How many bytes this process has allocated and not freed.
fn allocated() -> usize {
    let _ = tikv_jemalloc_ctl::epoch::advance();
    tikv_jemalloc_ctl::stats::allocated::read().unwrap_or_default()
}
