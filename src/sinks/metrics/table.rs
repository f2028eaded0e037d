//! Every metric by name: the one source of their help, and of `docs/metrics.md`.

use std::fmt::Write as _;

/// A metric family as it is published. Names, types and labels never change; families may be added.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub kind: MetricKind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
}

/// The type of a metric family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Gauge,
    Histogram,
}

impl MetricKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Declares each family as a constant and lists them all in `METRICS`.
macro_rules! metrics {
    ($($const:ident = $name:literal $kind:ident [$($label:literal),*] $help:literal;)*) => {
        $(pub(super) const $const: Metric = Metric {
            name: $name,
            kind: MetricKind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)*

        /// Every metric family, in the order of the documentation.
        pub static METRICS: &[Metric] = &[$($const),*];
    };
}

metrics! {
    DEVIATIONS = "plimsoll_deviations" Gauge ["check", "severity", "direction", "namespace"]
        "Deviations that stand. Every check that can see what it needs has a series with an empty namespace, so that 0 is told from unknown.";
    DEVIATION_INFO = "plimsoll_deviation_info" Gauge ["id", "check", "severity", "namespace", "resource_kind", "resource_name"]
        "1 for each deviation that stands, where turned on. Beyond the bound the rest of a check is one series with the id overflow, whose value is their number.";
    TRANSITIONS = "plimsoll_deviation_transitions_total" Counter ["check", "severity", "transition"]
        "Deviations that were opened, changed or resolved.";
    OLDEST = "plimsoll_deviation_oldest_timestamp_seconds" Gauge ["severity"]
        "When the oldest deviation that stands was opened, in seconds since 1970.";
    EXPOSURE = "plimsoll_exposure_seconds" Histogram ["severity"]
        "For how long resolved deviations stood.";
    DETECTION = "plimsoll_detection_seconds" Histogram ["kind"]
        "Time from receiving a change to the verdict on it, by the kind of what changed.";
    CHECK_BLIND = "plimsoll_check_blind" Gauge ["check"]
        "1 while a check cannot see a kind that it needs. It then neither opens nor resolves.";
    WATCH_SYNCED = "plimsoll_watch_synced" Gauge ["kind"]
        "1 while the objects of a kind are all known and watched.";
    WATCH_EVENTS = "plimsoll_watch_events_total" Counter ["kind", "type"]
        "Events received from the API server.";
    WATCH_ERRORS = "plimsoll_watch_errors_total" Counter ["kind", "reason"]
        "Lists and watches that failed.";
    WATCH_CONTACT = "plimsoll_watch_last_contact_timestamp_seconds" Gauge ["kind"]
        "When the API server was last heard of for a kind, in seconds since 1970.";
    OBJECTS = "plimsoll_objects" Gauge ["kind"]
        "Objects that are held of a kind.";
    BASELINE_INFO = "plimsoll_baseline_info" Gauge ["name", "digest"]
        "1 for the baseline in force, with the SHA-256 of its bytes.";
    BASELINE_RELOAD = "plimsoll_baseline_last_reload_successful" Gauge []
        "1 if the baseline was last loaded without a problem.";
    BASELINE_PROBLEMS = "plimsoll_baseline_problems" Gauge []
        "Problems in the baseline as it was last loaded.";
    WAIVERS = "plimsoll_waivers" Gauge ["state"]
        "Waivers that are declared, by state: used, unused, expired or, where they expire too far ahead, invalid. The first two are left out while anything is unseen. Those that expire within two weeks are counted once more, as expiring.";
    WAIVER_EXPIRES = "plimsoll_waiver_expires_timestamp_seconds" Gauge ["check"]
        "When the next waiver expires, in seconds since 1970, by the check or family that it is about.";
    WAIVED = "plimsoll_deviations_waived" Gauge ["check", "severity"]
        "What would be deviations if no waiver excused it. It is in no other family.";
    SINK_SENT = "plimsoll_sink_sent_total" Counter ["sink", "result"]
        "Requests that a sink sent, by result: ok or failed.";
    SINK_QUEUE = "plimsoll_sink_queue_depth" Gauge ["sink"]
        "Transitions that wait for a sink.";
    JOURNAL_SEQUENCE = "plimsoll_journal_sequence" Gauge []
        "The sequence number of the last event that was written to the journal.";
    JOURNAL_HEAD = "plimsoll_journal_head_info" Gauge ["hash"]
        "1 for the last line that was written to the journal, with its SHA-256: what plimsoll journal verify --head takes.";
    JOURNAL_WRITTEN = "plimsoll_journal_last_write_successful" Gauge []
        "1 if the disk took what was last written to the journal. Otherwise events wait, and metrics and alerts go on.";
    JOURNAL_PROBLEMS = "plimsoll_journal_problems" Gauge []
        "What was found damaged or missing in the journal when it was taken up at start.";
    DROPPED = "plimsoll_dropped_total" Counter ["where", "reason"]
        "What a bound made the daemon drop.";
    HTTP_REQUESTS = "plimsoll_http_requests_total" Counter ["port", "code"]
        "Requests that were answered, by port (metrics or api) and status.";
    ACCESS_REVIEWS = "plimsoll_access_reviews_total" Counter ["review", "result"]
        "Reviews that the API server was asked for, of a token or a right, by result: yes, no or failed. What is remembered is not asked for.";
    TLS_RELOAD = "plimsoll_tls_last_reload_successful" Gauge []
        "1 if the certificate and its key were last read without a problem; 0 while the ones from before are kept. Left out where there is no TLS.";
    BUILD_INFO = "plimsoll_build_info" Gauge ["version"]
        "1 for the version that runs.";
    PROCESS_CPU = "process_cpu_seconds_total" Counter []
        "User and system time spent, in seconds.";
    PROCESS_RESIDENT = "process_resident_memory_bytes" Gauge []
        "Resident memory, in bytes.";
    PROCESS_VIRTUAL = "process_virtual_memory_bytes" Gauge []
        "Virtual memory, in bytes.";
    PROCESS_OPEN_FDS = "process_open_fds" Gauge []
        "Open file descriptors.";
    PROCESS_MAX_FDS = "process_max_fds" Gauge []
        "File descriptors that may be open.";
    PROCESS_START = "process_start_time_seconds" Gauge []
        "When the process started, in seconds since 1970.";
    PROCESS_THREADS = "process_threads" Gauge []
        "Threads of the process.";
}

/// `docs/metrics.md`: every family with its type, its labels and what it means.
pub fn render_docs() -> String {
    let mut docs = String::from(
        "# Metrics\n\
         Served at `/metrics` in the Prometheus text format 0.0.4. Names, types and labels never change; \
         families may be added. Scrape with `honorLabels`: `namespace` is that of the object or, \
         for rights, the one that they expose.\n\n\
         A scrape costs what changed since the one before: the text of each deviation is kept, and the answer \
         is made of parts that are shared with earlier ones. It is rendered beside the walk, which waits for no \
         scrape, and a client that reads slowly holds text alone.\n\n\
         `plimsoll_journal_head_info` is another series after each event, so at most one new series comes of it \
         with each scrape.\n\n\
         | metric | type | labels | meaning |\n| --- | --- | --- | --- |\n",
    );
    for Metric { name, kind, labels, help } in METRICS {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(docs, "| `{name}` | {} | {} | {help} |", kind.as_str(), labels.join(", "))
            .expect("writing to a string");
    }
    docs
}
