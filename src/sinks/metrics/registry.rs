//! What the daemon counts of itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parking_lot::Mutex;
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

use super::table::{
    ACCESS_REVIEWS, BASELINE_PROBLEMS, BASELINE_RELOAD, BUILD_INFO, DETECTION, DROPPED, EXPOSURE,
    HTTP_REQUESTS, JOURNAL_HEAD, JOURNAL_PROBLEMS, JOURNAL_SEQUENCE, JOURNAL_WRITTEN, Metric, SINK_QUEUE,
    SINK_SENT, TLS_RELOAD, TRANSITIONS, WATCH_CONTACT, WATCH_ERRORS, WATCH_EVENTS,
};
use super::text::Page;
use crate::model::{CheckInfo, Event, Kind, Loss, Severity, Transition};
use crate::sinks::journal::Head;

/// The kinds of events that come from the API server. A fixed set, because it labels a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchEvent {
    /// An object of a list in pages.
    Listed,
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

impl WatchEvent {
    const ALL: [Self; 6] =
        [Self::Listed, Self::Added, Self::Modified, Self::Deleted, Self::Bookmark, Self::Error];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Bookmark => "bookmark",
            Self::Error => "error",
        }
    }
}

/// Counts of the daemon's own. Shared as an `Arc`; every method may be called from any thread.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    transitions: IntCounterVec,
    exposure: [Histogram; Severity::ALL.len()],
    detection: [Histogram; Kind::ALL.len()],
    /// Resolved once, because they are counted a hundred thousand times a second.
    watch_events: [[IntCounter; WatchEvent::ALL.len()]; Kind::ALL.len()],
    watch_errors: IntCounterVec,
    watch_contact: IntGaugeVec,
    baseline_reload: IntGauge,
    baseline_problems: IntGauge,
    sink_sent: IntCounterVec,
    sink_queue: IntGaugeVec,
    /// Told at a scrape, so that the number and the hash always belong together.
    journal_head: Mutex<Option<Head>>,
    journal_written: IntGauge,
    journal_problems: IntGauge,
    dropped: IntCounterVec,
    http_requests: IntCounterVec,
    access_reviews: IntCounterVec,
    tls_reload: IntGaugeVec,
    /// The same, to be read back.
    dropped_so_far: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

impl Metrics {
    /// `version` is that of the daemon.
    pub fn new(version: &str) -> Self {
        let registry = Registry::new();
        let watch_events = counters(&registry, &WATCH_EVENTS);
        let exposure = histograms(&registry, &EXPOSURE, &EXPOSURE_BUCKETS);
        let detection = histograms(&registry, &DETECTION, &DETECTION_BUCKETS);
        gauges(&registry, &BUILD_INFO).with_label_values(&[version]).set(1);
        let metrics = Self {
            transitions: counters(&registry, &TRANSITIONS),
            exposure: Severity::ALL.map(|severity| exposure.with_label_values(&[severity.as_str()])),
            detection: Kind::ALL.map(|kind| detection.with_label_values(&[kind.label()])),
            watch_events: Kind::ALL.map(|kind| {
                WatchEvent::ALL.map(|event| watch_events.with_label_values(&[kind.label(), event.as_str()]))
            }),
            watch_errors: counters(&registry, &WATCH_ERRORS),
            watch_contact: gauges(&registry, &WATCH_CONTACT),
            baseline_reload: gauge(&registry, &BASELINE_RELOAD),
            baseline_problems: gauge(&registry, &BASELINE_PROBLEMS),
            sink_sent: counters(&registry, &SINK_SENT),
            sink_queue: gauges(&registry, &SINK_QUEUE),
            journal_head: Mutex::new(None),
            journal_written: gauge(&registry, &JOURNAL_WRITTEN),
            journal_problems: gauge(&registry, &JOURNAL_PROBLEMS),
            dropped: counters(&registry, &DROPPED),
            http_requests: counters(&registry, &HTTP_REQUESTS),
            access_reviews: counters(&registry, &ACCESS_REVIEWS),
            tls_reload: gauges(&registry, &TLS_RELOAD),
            dropped_so_far: Mutex::default(),
            registry,
        };
        metrics.begin_at_zero();
        metrics
    }

    /// A counter that first shows as 1 hides its first increase.
    fn begin_at_zero(&self) {
        for kind in Kind::ALL {
            for loss in Loss::ALL {
                self.watch_errors.with_label_values(&[kind.label(), loss.as_str()]);
            }
        }
        for review in ["token", "right"] {
            for result in ["yes", "no", "failed"] {
                self.access_reviews.with_label_values(&[review, result]);
            }
        }
    }

    /// Lets the transitions of a check that is in force begin at zero.
    pub fn check_enabled(&self, check: &CheckInfo) {
        for event in Event::ALL {
            self.transitions.with_label_values(&[check.id, check.severity.as_str(), event.as_str()]);
        }
    }

    /// Counts what happened, how long what was resolved had stood, and how long it took from the change to the
    /// verdict, which fell at `judged`.
    pub fn observe_transition(&self, transition: &Transition, judged: Timestamp) {
        let deviation = &transition.deviation;
        let labels = [deviation.check.id, deviation.severity.as_str(), transition.event.as_str()];
        self.transitions.with_label_values(&labels).inc();
        if let Some(resolved) = deviation.resolved_at.filter(|_| transition.event == Event::Resolved) {
            let stood = resolved.duration_since(deviation.opened_at).as_secs_f64();
            self.exposure[deviation.severity as usize].observe(stood.max(0.0));
        }
        // What was found at the first look, or happened while nobody looked, says nothing of the daemon's speed.
        let first_look = deviation.initial && transition.event == Event::Opened;
        if let Some(cause) = transition.cause.as_ref().filter(|_| !first_look && !transition.while_down)
            && let Some(kind) = cause.kind
        {
            let took = judged.duration_since(cause.seen).as_secs_f64();
            self.detection[kind as usize].observe(took.max(0.0));
        }
    }

    /// Counts `count` events at once.
    pub fn watch_events(&self, kind: Kind, event: WatchEvent, count: u64) {
        self.watch_events[kind as usize][event as usize].inc_by(count);
    }

    /// `reason` is of a fixed set, such as [`Loss::as_str`].
    pub fn watch_error(&self, kind: Kind, reason: &'static str) {
        self.watch_errors.with_label_values(&[kind.label(), reason]).inc();
    }

    /// The API server was heard of for `kind`, at `unix_secs`.
    pub fn watch_contact(&self, kind: Kind, unix_secs: i64) {
        self.watch_contact.with_label_values(&[kind.label()]).set(unix_secs);
    }

    /// The baseline was loaded, with so many problems.
    pub fn baseline_loaded(&self, problems: usize) {
        self.baseline_reload.set(i64::from(problems == 0));
        self.baseline_problems.set(i64::try_from(problems).unwrap_or(i64::MAX));
    }

    /// A request of `sink` went well.
    pub fn sink_sent(&self, sink: &str) {
        self.sink_sent.with_label_values(&[sink, "ok"]).inc();
    }

    /// A request of `sink` failed.
    pub fn sink_failed(&self, sink: &str) {
        self.sink_sent.with_label_values(&[sink, "failed"]).inc();
    }

    /// So many transitions wait for `sink`.
    pub fn sink_queue_depth(&self, sink: &str, depth: usize) {
        self.sink_queue.with_label_values(&[sink]).set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    /// The journal is written so far; none where its end cannot be read.
    pub fn journal_head(&self, head: Option<Head>) {
        *self.journal_head.lock() = head;
    }

    /// Whether the disk took what was last written to the journal.
    pub fn journal_written(&self, successful: bool) {
        self.journal_written.set(i64::from(successful));
    }

    /// So much was damaged or missing in the journal when it was taken up.
    pub fn journal_problems(&self, count: usize) {
        self.journal_problems.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// A bound at `place` made the daemon drop `count` things.
    pub fn dropped(&self, place: &'static str, reason: &'static str, count: u64) {
        self.dropped.with_label_values(&[place, reason]).inc_by(count);
        if count > 0 {
            *self.dropped_so_far.lock().entry((place, reason)).or_default() += count;
        }
    }

    /// How many things were dropped so far, by place and reason. What was never dropped is left out.
    pub fn dropped_so_far(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        self.dropped_so_far.lock().clone()
    }

    /// A request came to the port and was answered.
    pub fn http_request(&self, port: &'static str, status: u16) {
        self.http_requests.with_label_values(&[port, status.to_string().as_str()]).inc();
    }

    /// The API server was asked for a review.
    pub fn access_review(&self, review: &'static str, result: &'static str) {
        self.access_reviews.with_label_values(&[review, result]).inc();
    }

    /// Certificate and key were read, and are of use or not.
    pub fn tls_loaded(&self, well: bool) {
        self.tls_reload.with_label_values::<&str>(&[]).set(i64::from(well));
    }

    #[cfg(test)]
    pub(crate) fn tls_is_well(&self) -> bool {
        self.tls_reload.with_label_values::<&str>(&[]).get() == 1
    }

    /// Appends the families in the text format, in the order of their names but for the head of the journal.
    pub(super) fn render(&self, page: &mut Page) {
        if let Some(head) = &*self.journal_head.lock() {
            page.family(&JOURNAL_SEQUENCE).sample(&[], head.seq);
            page.family(&JOURNAL_HEAD).sample(&[&head.hash], 1);
        }
        TextEncoder::new()
            .encode_utf8(&self.registry.gather(), page.text_mut())
            .expect("gathered families are never empty, and writing to a string does not fail");
    }
}

/// From ten microseconds to ten seconds.
const DETECTION_BUCKETS: [f64; 19] = [
    1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];
/// From a second over minutes, hours and days to thirty days.
const EXPOSURE_BUCKETS: [f64; 12] =
    [1.0, 10.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0, 604_800.0, 2_592_000.0];

const VALID: &str = "the metric's name and labels in the table are valid and unique";

fn register<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    registry.register(Box::new(collector.clone())).expect(VALID);
    collector
}

fn counters(registry: &Registry, metric: &Metric) -> IntCounterVec {
    register(registry, IntCounterVec::new(opts(metric), metric.labels).expect(VALID))
}

fn gauges(registry: &Registry, metric: &Metric) -> IntGaugeVec {
    register(registry, IntGaugeVec::new(opts(metric), metric.labels).expect(VALID))
}

fn gauge(registry: &Registry, metric: &Metric) -> IntGauge {
    register(registry, IntGauge::with_opts(opts(metric)).expect(VALID))
}

fn histograms(registry: &Registry, metric: &Metric, buckets: &[f64]) -> HistogramVec {
    let opts = HistogramOpts::new(metric.name, metric.help).buckets(buckets.to_vec());
    register(registry, HistogramVec::new(opts, metric.labels).expect(VALID))
}

fn opts(metric: &Metric) -> Opts {
    Opts::new(metric.name, metric.help)
}
