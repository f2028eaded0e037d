//! A snapshot file: what was observed of a cluster at one moment, in one document.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::cut_items;
use super::{Fault, Manifests};
use crate::model::Kind;
use crate::wire::Unreadable;

/// What a document says of itself that is a snapshot file.
pub const SNAPSHOT_SCHEMA: &str = "plimsoll.dev/snapshot/v1";

/// What the schemas of every document begin with that Plimsoll writes.
const OURS: &str = "plimsoll.dev/";

/// How the schemas of snapshot files begin, whatever their version.
const SNAPSHOT: &str = "plimsoll.dev/snapshot/";

/// What a snapshot file holds.
#[derive(Debug)]
pub struct Recorded<'a> {
    /// The name of the cluster; none where files stood for one.
    pub cluster: Option<String>,
    /// When it was observed.
    pub time: Timestamp,
    /// How each kind was seen, in the words of whoever wrote it. A kind that is not there was not looked for.
    pub kinds: Vec<(Kind, String)>,
    /// The objects that were there and could not be read.
    pub unreadable: Vec<Unreadable>,
    pub manifests: Manifests<'a>,
}

#[derive(Deserialize)]
struct Written<'a> {
    cluster: Option<String>,
    time: Timestamp,
    kinds: BTreeMap<String, String>,
    unreadable: Vec<UnreadableRecord>,
    #[serde(borrow)]
    objects: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct UnreadableRecord {
    kind: String,
    namespace: String,
    name: String,
    error: String,
}

/// What the text holds as a snapshot file, or what is wrong with it; none where it does not begin as a document of
/// Plimsoll's does.
pub fn recorded(text: &str) -> Option<Result<Recorded<'_>, Fault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let schema = schema(text).filter(|it| it.starts_with(OURS))?;
    Some(if schema == SNAPSHOT_SCHEMA { read(text) } else { Err(Fault::new(1, refusal(&schema))) })
}

/// The schema, where it stands first, as Plimsoll writes it.
fn schema(text: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix('{')?.trim_start().strip_prefix(r#""schema""#)?;
    let value = rest.trim_start().strip_prefix(':')?;
    serde_json::Deserializer::from_str(value).into_iter().next()?.ok()
}

fn refusal(schema: &str) -> String {
    if schema.starts_with(SNAPSHOT) {
        format!("it is a snapshot of the schema {schema}; this version reads {SNAPSHOT_SCHEMA}")
    } else {
        format!("it is a document of the schema {schema}, neither a snapshot nor manifests")
    }
}

fn read(text: &str) -> Result<Recorded<'_>, Fault> {
    let written: Written<'_> = serde_json::from_str(text).map_err(|error| Fault::of_json(&error, 1))?;
    let find = |label: &str| Kind::ALL.into_iter().find(|kind| kind.label() == label);
    // A later version may know more kinds; they are of no use here.
    let kinds = written.kinds.into_iter().filter_map(|(label, sight)| Some((find(&label)?, sight)));
    let unreadable = written.unreadable.into_iter().filter_map(|it| {
        let UnreadableRecord { kind, namespace, name, error } = it;
        Some(Unreadable { kind: find(&kind)?, namespace, name, error })
    });
    let mut manifests = Manifests::default();
    cut_items(text, &written.objects, &mut manifests);
    Ok(Recorded {
        cluster: written.cluster,
        time: written.time,
        kinds: kinds.collect(),
        unreadable: unreadable.collect(),
        manifests,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{
  "schema": "plimsoll.dev/snapshot/v1",
  "cluster": "berth",
  "time": "2026-11-24T09:00:00Z",
  "kinds": {"Pod": "synced", "Node": "forbidden", "Later": "synced"},
  "unreadable": [{"kind": "Pod", "namespace": "shop", "name": "web", "error": "not UTF-8"}],
  "objects": [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
    {"apiVersion": "v9", "kind": "Later", "metadata": {"name": "shop"}},
    7
  ]
}"#;

    fn refused(text: &str) -> (u32, String) {
        let fault = recorded(text).unwrap().unwrap_err();
        (fault.line, fault.message)
    }

    #[test]
    fn what_was_observed_is_read() {
        let found = recorded(WHOLE).unwrap().unwrap();
        assert_eq!(found.cluster.as_deref(), Some("berth"));
        assert_eq!(found.time.to_string(), "2026-11-24T09:00:00Z");
        let seen = |sight: &str| sight.to_owned();
        assert_eq!(found.kinds, [(Kind::Node, seen("forbidden")), (Kind::Pod, seen("synced"))]);
        assert_eq!(found.unreadable.len(), 1);
        let objects: Vec<_> = found.manifests.objects.iter().map(|it| (it.kind, it.line)).collect();
        assert_eq!(objects, [(Kind::Namespace, 8)]);
        assert_eq!(found.manifests.others, 1);
        assert_eq!(found.manifests.faults.iter().map(|it| it.line).collect::<Vec<_>>(), [10]);
    }

    #[test]
    fn manifests_are_no_snapshot() {
        for text in ["", "schema: plimsoll.dev/snapshot/v1", "{", r#"{"kind": "Pod"}"#, r#"{"schema": 7}"#] {
            assert!(recorded(text).is_none(), "{text}");
        }
        assert!(recorded(r#"{"schema": "example.com/v1", "kind": "Other"}"#).is_none());
    }

    #[test]
    fn what_is_not_whole_or_not_known_is_refused() {
        for end in 40..WHOLE.len() {
            assert!(recorded(&WHOLE[..end]).is_some_and(|it| it.is_err()), "{end}");
        }
        let (_, later) = refused(&WHOLE.replace("/v1\"", "/v2\""));
        let expected = "it is a snapshot of the schema plimsoll.dev/snapshot/v2; this version reads plimsoll.dev/snapshot/v1";
        assert_eq!(later, expected);
        let (_, other) = refused(r#"{"schema": "plimsoll.dev/check/v1"}"#);
        assert_eq!(
            other,
            "it is a document of the schema plimsoll.dev/check/v1, neither a snapshot nor manifests"
        );
        assert_eq!(refused(&WHOLE.replace("\"2026-11-24T09:00:00Z\"", "7")).0, 4);
        assert_eq!(refused(&WHOLE.replace("\"kinds\": {", "\"kinds\": {\"Pod\": 7, ")).0, 5);
        assert_eq!(refused(&format!("{WHOLE}{{}}")).0, 12);
    }
}
