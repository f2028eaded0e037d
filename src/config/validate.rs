//! From settings that have the right shape to settings that make sense.

mod serve;

use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use tracing_subscriber::EnvFilter;

use super::draft::Draft;
use super::raw::{FlushWord, RawConfig};
use super::{
    Alertmanager, Baseline, Checks, Config, Fault, Flush, Journal, Kube, Log, Metrics, Notify, Origin, Watch,
};
use crate::checks::Family;
use crate::model::nearest;

/// Longer labels are cut or refused by what reads them.
const CLUSTER_MAX: usize = 253;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The configuration that `draft` amounts to; none with a problem, which `draft` has then. All is looked at first, so
/// that every problem is told at once.
pub(super) fn config(draft: &mut Draft) -> Option<Config> {
    let raw = draft.raw();
    order(draft, &raw);
    let cluster = accept(draft, "cluster", cluster(&raw.cluster));
    let families = accept(draft, "checks.families", families(&raw.checks.families));
    let dir = accept(draft, "journal.dir", directory(&raw.journal.dir));
    let urls = raw.alertmanager.urls.iter().map(|text| url(text)).collect();
    let urls = accept(draft, "alertmanager.urls", urls);
    let runbook_url = accept(draft, "alertmanager.runbook_url", runbook_url(&raw.alertmanager.runbook_url));
    let serve = serve::serve(draft, &raw.serve);
    let level = accept(draft, "log.level", level(&raw.log.level));
    Some(Config {
        cluster: cluster?,
        journal: Journal {
            dir: dir?,
            flush: flush(&raw),
            file_max_bytes: raw.journal.file_max_bytes,
            files_max: raw.journal.files_max,
            total_max_bytes: raw.journal.total_max_bytes,
            age_max: Duration::from_secs(u64::from(raw.journal.age_max_days) * 86_400),
        },
        alertmanager: Alertmanager {
            urls: urls?,
            resend: Duration::from_secs(raw.alertmanager.resend_secs),
            resolved_keep: Duration::from_secs(raw.alertmanager.resolved_keep_secs),
            batch_max: raw.alertmanager.batch_max,
            timeout: Duration::from_secs(raw.alertmanager.timeout_secs),
            runbook_url: runbook_url?,
        },
        serve: serve?,
        log: Log { level: level?, format: raw.log.format },
        checks: Checks { families: families? },
        watch: watch(&raw),
        notify: Notify { initial: raw.notify.initial },
        metrics: Metrics {
            deviation_info: raw.metrics.deviation_info,
            deviation_info_max: raw.metrics.deviation_info_max,
        },
        baseline: Baseline { path: given(raw.baseline.path).map(PathBuf::from) },
        kube: Kube {
            kubeconfig: given(raw.kube.kubeconfig).map(PathBuf::from),
            context: given(raw.kube.context),
        },
    })
}

/// The families of these names, each once, in the order of [`Family::ALL`].
fn families(names: &[String]) -> Result<Vec<Family>, String> {
    let known = Family::ALL.map(Family::as_str);
    if let Some(unknown) = names.iter().find(|it| !known.contains(&it.as_str())) {
        let meant = nearest(unknown, known).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
        return Err(format!("expects any of `{}`, found {unknown:?}{meant}", known.join("`, `")));
    }
    Ok(Family::ALL.into_iter().filter(|it| names.iter().any(|name| name == it.as_str())).collect())
}

fn watch(raw: &RawConfig) -> Watch {
    Watch {
        page_size: raw.watch.page_size,
        lifetime: Duration::from_secs(raw.watch.lifetime_secs),
        backoff_min: Duration::from_millis(raw.watch.backoff_min_ms),
        backoff_max: Duration::from_secs(raw.watch.backoff_max_secs),
        queue_depth: raw.watch.queue_depth,
        frame_max_bytes: raw.watch.frame_max_bytes,
    }
}

fn flush(raw: &RawConfig) -> Flush {
    match raw.journal.flush {
        FlushWord::Each => Flush::Each,
        FlushWord::Interval => Flush::Interval(Duration::from_secs(raw.journal.flush_interval_secs)),
        FlushWord::Never => Flush::Never,
    }
}

/// An empty setting is one that was not given.
fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The value, or its reason among the problems of `draft`.
fn accept<T>(draft: &mut Draft, name: &str, value: Result<T, String>) -> Option<T> {
    value.map_err(|reason| refuse(draft, name, draft.origin(name), reason)).ok()
}

fn refuse(draft: &mut Draft, name: &str, origin: Origin, reason: String) {
    draft.refuse(origin, Fault::Refused { name: name.to_owned(), reason });
}

/// Refuses pairs of settings that contradict each other.
fn order(draft: &mut Draft, raw: &RawConfig) {
    let (watch, alertmanager, serve) = (&raw.watch, &raw.alertmanager, &raw.serve);
    let pairs = [
        (
            "watch.backoff_min_ms",
            watch.backoff_min_ms <= watch.backoff_max_secs * 1000,
            "watch.backoff_max_secs",
        ),
        (
            "alertmanager.timeout_secs",
            alertmanager.timeout_secs <= alertmanager.resend_secs,
            "alertmanager.resend_secs",
        ),
        (
            "alertmanager.resend_secs",
            alertmanager.resend_secs <= alertmanager.resolved_keep_secs,
            "alertmanager.resolved_keep_secs",
        ),
        ("serve.event_streams_max", serve.event_streams_max < serve.connections_max, "serve.connections_max"),
    ];
    for (low, holds, high) in pairs {
        if !holds {
            // The defaults agree with each other, so one of the two was given; the other may be a default.
            let (low_origin, high_origin) = (draft.origin(low), draft.origin(high));
            let origin = if low_origin == Origin::Default { high_origin } else { low_origin };
            refuse(draft, low, origin, format!("is too large for `{high}`"));
        }
    }
}

fn cluster(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > CLUSTER_MAX || text.chars().any(char::is_control) {
        return Err(format!("must be 1 to {CLUSTER_MAX} bytes without control characters"));
    }
    Ok(text.to_owned())
}

fn directory(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("must name a directory".to_owned()) } else { Ok(PathBuf::from(text)) }
}

/// A URL that something is sent to. What may hold a password is in no message.
fn url(text: &str) -> Result<Uri, String> {
    if text.contains('@') {
        return Err("has a URL with a user or password, which would reach logs".to_owned());
    }
    let uri: Uri = text.parse().map_err(|error| format!("has the malformed URL {text:?}: {error}"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(format!("expects URLs that begin with http:// or https:// and a host, found {text:?}"));
    }
    if uri.query().is_some() {
        return Err(format!("expects URLs without a query, found {text:?}"));
    }
    Ok(uri)
}

/// What is appended to may follow a query (`?check=`), so only its beginning is looked at.
fn runbook_url(text: &str) -> Result<Option<String>, String> {
    let known = ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    match text {
        "" => Ok(None),
        _ if known && text.parse::<Uri>().is_ok() => Ok(Some(text.to_owned())),
        _ => Err(format!("expects a URL that begins with http:// or https://, found {text:?}")),
    }
}

fn level(text: &str) -> Result<String, String> {
    // The filter takes a word that is no level for a target that is logged in full, so that `inof` would log everything.
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(char::is_alphanumeric);
    for word in text.split(',').map(str::trim).filter(is_word) {
        if !LEVELS.contains(&word.to_ascii_lowercase().as_str()) {
            let nearest =
                nearest(word, LEVELS).map(|level| format!("; did you mean `{level}`?")).unwrap_or_default();
            return Err(format!("has the unknown level {word:?}{nearest}"));
        }
    }
    match EnvFilter::builder().parse(text) {
        Ok(_) if !text.trim().is_empty() => Ok(text.to_owned()),
        Ok(_) => Err("must not be empty".to_owned()),
        Err(error) => Err(format!("expects a level or directives such as info,plimsoll=debug: {error}")),
    }
}
