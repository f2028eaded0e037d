//! What a request asks for: `metav1.ListOptions`, as a server reads them.

use axum::extract::Query;
use http::Uri;
use serde::Deserialize;

use super::status::{Refusal, forbidden_option, unreadable_list_version, unreadable_watch_version};

/// The query as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawOptions {
    watch: Option<String>,
    resource_version: String,
    resource_version_match: String,
    send_initial_events: Option<String>,
    allow_watch_bookmarks: Option<String>,
    timeout_seconds: Option<u64>,
    limit: u64,
    r#continue: String,
}

/// What a list or a watch asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Options {
    List(ListOptions),
    Watch(WatchOptions),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListOptions {
    /// Any version is good where there is none.
    pub version: Option<u64>,
    /// This version and no other.
    pub exact: bool,
    /// How many objects a page has; 0 for all.
    pub limit: usize,
    pub token: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct WatchOptions {
    pub version: Option<u64>,
    pub begin: Begin,
    pub bookmarks: bool,
    pub timeout_secs: Option<u64>,
}

/// What a watch begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// All objects, and the bookmark that closes them.
    WatchList,
    /// All objects.
    Objects,
    /// What happened after the version.
    Events,
}

impl Options {
    /// Reads and checks the options, in the words of `ValidateListOptions` in apimachinery.
    pub(super) fn read(uri: &Uri, watch_list_served: bool) -> Result<Self, Refusal> {
        let Query(raw) = Query::<RawOptions>::try_from_uri(uri).unwrap_or_default();
        let version = version(&raw.resource_version);
        if raw.watch.as_deref().is_some_and(is_true) {
            let version = version.map_err(unreadable_watch_version)?;
            let begin = raw.begin(version, watch_list_served)?;
            let bookmarks = raw.allow_watch_bookmarks.as_deref().is_some_and(is_true);
            return Ok(Self::Watch(WatchOptions {
                version,
                begin,
                bookmarks,
                timeout_secs: raw.timeout_seconds,
            }));
        }
        if raw.send_initial_events.is_some() {
            return Err(forbidden_option("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        let limit = usize::try_from(raw.limit).unwrap_or(usize::MAX);
        let version = version.map_err(unreadable_list_version)?;
        let exact = raw.resource_version_match == "Exact";
        Ok(Self::List(ListOptions { version, exact, limit, token: raw.r#continue }))
    }
}

impl RawOptions {
    fn begin(&self, version: Option<u64>, watch_list_served: bool) -> Result<Begin, Refusal> {
        let Some(send) = self.send_initial_events.as_deref() else {
            if !self.resource_version_match.is_empty() {
                let detail =
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
                return Err(forbidden_option("resourceVersionMatch", detail));
            }
            return Ok(if version.is_none() { Begin::Objects } else { Begin::Events });
        };
        if self.resource_version_match != "NotOlderThan" {
            let detail = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            return Err(forbidden_option("resourceVersionMatch", detail));
        }
        if !watch_list_served {
            let detail =
                "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
            return Err(forbidden_option("sendInitialEvents", detail));
        }
        Ok(if is_true(send) { Begin::WatchList } else { Begin::Events })
    }
}

/// A server takes any value but these two as true, also the empty one.
fn is_true(value: &str) -> bool {
    value != "0" && !value.eq_ignore_ascii_case("false")
}

/// The version asked for, or what was written in its place. None where any will do, for which a request may
/// also write 0.
fn version(written: &str) -> Result<Option<u64>, &str> {
    match written {
        "" | "0" => Ok(None),
        _ => written.parse().map(Some).map_err(|_| written),
    }
}
