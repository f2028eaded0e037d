//! The configuration as it is written: what serde reads, before it is validated.
//!
//! The fields are those of `config.toml`, no more and no fewer; a test holds the two together. Each value is within the
//! bounds that stand there.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    pub(super) cluster: String,
    pub(super) kube: Kube,
    pub(super) baseline: Baseline,
    pub(super) checks: Checks,
    pub(super) watch: Watch,
    pub(super) journal: Journal,
    pub(super) alertmanager: Alertmanager,
    pub(super) notify: Notify,
    pub(super) serve: Serve,
    pub(super) metrics: Metrics,
    pub(super) log: Log,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kube {
    pub(super) kubeconfig: String,
    pub(super) context: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    pub(super) path: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checks {
    pub(super) families: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watch {
    pub(super) page_size: u32,
    pub(super) lifetime_secs: u64,
    pub(super) backoff_min_ms: u64,
    pub(super) backoff_max_secs: u64,
    pub(super) queue_depth: usize,
    pub(super) frame_max_bytes: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    pub(super) dir: String,
    pub(super) flush: FlushWord,
    pub(super) flush_interval_secs: u64,
    pub(super) file_max_bytes: u64,
    pub(super) files_max: usize,
    pub(super) total_max_bytes: u64,
    pub(super) age_max_days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FlushWord {
    Each,
    Interval,
    Never,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alertmanager {
    pub(super) urls: Vec<String>,
    pub(super) resend_secs: u64,
    pub(super) resolved_keep_secs: u64,
    pub(super) batch_max: usize,
    pub(super) timeout_secs: u64,
    pub(super) runbook_url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notify {
    pub(super) initial: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Serve {
    pub(super) listen: String,
    pub(super) api_listen: String,
    pub(super) tls_cert_file: String,
    pub(super) tls_key_file: String,
    pub(super) token_audiences: Vec<String>,
    pub(super) review_cache_secs: u64,
    pub(super) connections_max: usize,
    pub(super) event_streams_max: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metrics {
    pub(super) deviation_info: bool,
    pub(super) deviation_info_max: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    pub(super) level: String,
    pub(super) format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    Pretty,
    Json,
}
