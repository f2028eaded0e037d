//! The settings of the daemon: from a file, the environment and flags to one validated [`Config`].
//!
//! `config.toml` at the root of the repository is embedded and says everything once: names, defaults, bounds and
//! documentation. Nothing here reads a file or the environment; the command line does, and hands in what it read.

mod draft;
mod environment;
mod file;
mod page;
mod problem;
mod raw;
mod setting;
mod shape;
mod validate;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;

pub use environment::CONFIG_VARIABLE;
pub use page::render_page;
pub use problem::{Fault, Origin, Problem, Problems};
pub use raw::LogFormat;
pub use setting::{Setting, settings};
pub use shape::Shape;

use crate::checks::Family;
use draft::Draft;

/// Every setting, validated. Durations carry their unit in the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The label `cluster` of events and alerts; never empty.
    pub cluster: String,
    pub kube: Kube,
    pub baseline: Baseline,
    pub checks: Checks,
    pub watch: Watch,
    pub journal: Journal,
    pub alertmanager: Alertmanager,
    pub notify: Notify,
    pub serve: Serve,
    pub metrics: Metrics,
    pub log: Log,
}

/// How the API server is found. None leaves it to the client's own search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kube {
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// The file or directory; none for the embedded default.
    pub path: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks {
    /// The families whose checks are in force, each once.
    pub families: Vec<Family>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Objects per page of a list.
    pub page_size: u32,
    /// What a watch asks for as `timeoutSeconds`: whole seconds.
    pub lifetime: Duration,
    /// Never longer than `backoff_max`.
    pub backoff_min: Duration,
    pub backoff_max: Duration,
    /// Batches that may wait for the engine.
    pub queue_depth: usize,
    pub frame_max_bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    pub dir: PathBuf,
    pub flush: Flush,
    pub file_max_bytes: u64,
    /// At least two: the one being written and the one before it.
    pub files_max: usize,
    /// Of all files together.
    pub total_max_bytes: u64,
    pub age_max: Duration,
}

/// When the journal is forced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// Before an event counts as written.
    Each,
    Interval(Duration),
    /// When the operating system does.
    Never,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alertmanager {
    /// Scheme http or https, a host, perhaps a path; no user, no query. Empty: no alerts are sent.
    pub urls: Vec<Uri>,
    pub resend: Duration,
    /// Never shorter than `resend`.
    pub resolved_keep: Duration,
    /// Alerts per request.
    pub batch_max: usize,
    /// Never longer than `resend`.
    pub timeout: Duration,
    /// What a check's id is appended to; http or https.
    pub runbook_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Whether what the first full look found is sent to Alertmanager.
    pub initial: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serve {
    /// Of metrics and probes.
    pub listen: SocketAddr,
    pub api_listen: SocketAddr,
    /// There are some wherever either address is beyond loopback.
    pub tls: Option<TlsFiles>,
    /// None for those of the API server.
    pub token_audiences: Vec<String>,
    pub review_cache: Duration,
    /// On each of the two ports.
    pub connections_max: usize,
    /// Below `connections_max`.
    pub event_streams_max: usize,
}

/// A certificate and its key, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// Whether each standing deviation has a series.
    pub deviation_info: bool,
    pub deviation_info_max: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Directives that `tracing_subscriber::EnvFilter` has been seen to accept.
    pub level: String,
    pub format: LogFormat,
}

/// What the edges read, weakest first.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The configuration file's path, as messages name it, and its content.
    pub file: Option<(String, String)>,
    /// The whole environment; variables of other programs are passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// The flags that were given, each with its values as they were written.
    pub flags: Vec<(&'static Setting, Vec<String>)>,
}

/// The configuration that `sources` ask for, or every problem in them.
pub fn load(sources: &Sources) -> Result<Config, Problems> {
    let mut draft = Draft::new();
    if let Some((path, text)) = &sources.file {
        file::lay(&mut draft, path, text);
    }
    environment::lay(&mut draft, &sources.environment);
    for (setting, texts) in &sources.flags {
        draft.lay_texts(setting, texts, &Origin::Flag(setting.flag.clone()));
    }
    let config = validate::config(&mut draft);
    draft.finish(config)
}
