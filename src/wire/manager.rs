//! Who wrote an object last, as `metadata.managedFields` has it. What anybody manages is never read.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::meta::{is_default, nullable};

/// The longest name of a manager that the API server takes, in bytes. Whoever writes an object chooses it.
const NAME_MAX: usize = 128;

/// The subresource by which controllers write what they see.
const STATUS: &str = "status";

/// `metav1.ManagedFieldsEntry` without its fields. Decoded from protobuf it shares the memory of the message, so that
/// nothing is copied of those that are dropped.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize, Serialize)]
#[serde(default)]
pub struct ManagedFields {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "text", serialize_with = "write_text")]
    manager: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "text", serialize_with = "write_text")]
    operation: Bytes,
    #[prost(message, optional, tag = "4")]
    #[serde(deserialize_with = "time")]
    time: Option<Time>,
    #[prost(bytes = "bytes", tag = "8")]
    #[serde(deserialize_with = "text", serialize_with = "write_text", skip_serializing_if = "is_default")]
    subresource: Bytes,
}

/// `metav1.Time`, which Kubernetes writes in whole seconds.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
struct Time {
    /// Since 1970.
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// Who wrote an object, how and when. The names are what whoever wrote it chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager<'a> {
    pub manager: Cow<'a, str>,
    /// `Apply` or `Update`.
    pub operation: Cow<'a, str>,
    pub time: Timestamp,
}

impl ManagedFields {
    /// None where it is not known when that was.
    pub(super) fn manager(&self) -> Option<Manager<'_>> {
        let text = |bytes| String::from_utf8_lossy(bytes);
        Some(Manager { manager: text(&self.manager), operation: text(&self.operation), time: self.time()? })
    }

    fn time(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.time?.seconds).ok()
    }

    /// Who, how and when alone, with the names copied and bounded.
    fn apart(&self) -> Self {
        let [manager, operation] = [&self.manager, &self.operation].map(apart);
        Self { manager, operation, time: self.time, subresource: Bytes::new() }
    }
}

fn apart(name: &Bytes) -> Bytes {
    let text = String::from_utf8_lossy(name);
    Bytes::copy_from_slice(&text.as_bytes()[..text.floor_char_boundary(NAME_MAX)])
}

/// Of the entries that say when they were written the latest, without those of the status, which changes all the time.
/// Other subresources write what counts, such as `ephemeralcontainers`. Of several in one second it is the last.
pub(super) fn latest(entries: &[ManagedFields]) -> Vec<ManagedFields> {
    let dated = entries.iter().filter(|entry| entry.subresource != STATUS && entry.time().is_some());
    dated.max_by_key(|entry| entry.time()).map(ManagedFields::apart).into_iter().collect()
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    nullable::<String, D>(deserializer).map(Bytes::from)
}

fn write_text<S: Serializer>(text: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(text))
}

/// Writes it in RFC 3339; null where it is no time.
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Timestamp::from_second(self.seconds).ok().serialize(serializer)
    }
}

/// Reads a time in RFC 3339; none where it is no time.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
    let written = Option::<String>::deserialize(deserializer)?;
    let time = written.and_then(|text| text.parse::<Timestamp>().ok());
    Ok(time.map(|time| Time { seconds: time.as_second() }))
}
