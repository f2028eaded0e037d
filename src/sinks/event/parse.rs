//! Reads an event or a checkpoint entry back into the deviation that it tells of.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use thiserror::Error;

use super::record::{ENTRY_SCHEMA, EVENT_SCHEMA, EVERYWHERE};
use crate::model::{
    Actor, CheckInfo, Declaration, Deviation, DeviationId, Direction, Finding, ObjectKey, ObjectKind,
    ObjectRef, Operation, Severity,
};

/// Finds the check of an id. A check that this version does not have is `None`.
pub type Lookup<'a> = dyn Fn(&str) -> Option<&'static CheckInfo> + 'a;

/// Why a line does not tell of a deviation.
#[derive(Debug, Error)]
pub enum ParseError {
    #[error("it is not the JSON of a record")]
    Json(#[source] serde_json::Error),
    #[error("its schema {0:?} is not known")]
    Schema(String),
    #[error("this version has no check {0:?}")]
    Check(String),
    #[error("its {field} {value:?} is not known")]
    Word { field: &'static str, value: String },
    #[error("its id does not belong to its check, object and key")]
    Id,
}

/// What kind of line tells of a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    Event,
    CheckpointEntry,
}

/// What a line tells.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed {
    pub kind: RecordKind,
    /// The deviation as it was after the event, or at the checkpoint.
    pub deviation: Deviation,
    /// The hash of the line before.
    pub previous: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRecord {
    schema: String,
    seq: u64,
    id: String,
    check: String,
    severity: String,
    direction: String,
    object: RawObject,
    exposed: Option<String>,
    key: String,
    count: u64,
    message: String,
    expected: String,
    actual: String,
    path: String,
    since: Timestamp,
    opened_at: Timestamp,
    resolved_at: Option<Timestamp>,
    #[serde(default)]
    initial: bool,
    actor: Option<RawActor>,
    baseline: Option<RawBaseline>,
    #[serde(default)]
    remediation: String,
    previous: Option<String>,
}

#[derive(Deserialize)]
struct RawActor {
    via: String,
    operation: String,
    time: Timestamp,
}

#[derive(Deserialize)]
struct RawBaseline {
    name: String,
    digest: String,
    file: Option<String>,
    line: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawObject {
    group: String,
    version: Option<String>,
    kind: String,
    namespace: Option<String>,
    name: Option<String>,
    uid: Option<String>,
    resource_version: Option<String>,
}

/// Reads one line of a journal, be it an event or a checkpoint entry.
pub fn parse_record(line: &[u8], lookup: &Lookup<'_>) -> Result<Parsed, ParseError> {
    let raw: RawRecord = serde_json::from_slice(line).map_err(ParseError::Json)?;
    let kind = match raw.schema.as_str() {
        EVENT_SCHEMA => RecordKind::Event,
        ENTRY_SCHEMA => RecordKind::CheckpointEntry,
        _ => return Err(ParseError::Schema(raw.schema)),
    };
    let check = lookup(&raw.check).ok_or(ParseError::Check(raw.check))?;
    let object = raw.object.into_ref();
    let id = DeviationId::new(check.id, &object.key, &raw.key);
    // An id that does not follow from the identity would stand beside the true one and never be resolved.
    if DeviationId::parse(&raw.id) != Some(id) {
        return Err(ParseError::Id);
    }
    let finding = Finding {
        object,
        exposed: raw.exposed.map(|it| if it == EVERYWHERE { "".into() } else { it.into() }),
        key: raw.key,
        direction: word("direction", raw.direction, &Direction::ALL, Direction::as_str)?,
        count: raw.count,
        message: raw.message,
        expected: raw.expected,
        actual: raw.actual,
        path: raw.path,
        remedy: if raw.remediation == check.mend { String::new() } else { raw.remediation },
        declaration: raw.baseline.map(RawBaseline::into_declaration),
    };
    let deviation = Deviation {
        id,
        check,
        severity: word("severity", raw.severity, &Severity::ALL, Severity::as_str)?,
        finding,
        seq: raw.seq,
        since: raw.since,
        opened_at: raw.opened_at,
        resolved_at: raw.resolved_at,
        initial: raw.initial,
        actor: raw.actor.map(RawActor::into_actor).transpose()?,
    };
    Ok(Parsed { kind, deviation, previous: raw.previous })
}

impl RawActor {
    fn into_actor(self) -> Result<Actor, ParseError> {
        let Self { via, operation, time } = self;
        let operation = word("operation", operation, &Operation::ALL, Operation::as_str)?;
        Ok(Actor { via: via.into(), operation, time })
    }
}

impl RawBaseline {
    fn into_declaration(self) -> Arc<Declaration> {
        let Self { name, digest, file, line } = self;
        let file = file.unwrap_or_default().into();
        Arc::new(Declaration { name: name.into(), digest: digest.into(), file, line: line.unwrap_or(1) })
    }
}

impl RawObject {
    fn into_ref(self) -> ObjectRef {
        let text = |field: Option<String>| field.unwrap_or_default().into();
        ObjectRef {
            key: ObjectKey {
                kind: ObjectKind::new(&self.group, &self.kind),
                namespace: text(self.namespace),
                name: text(self.name),
            },
            version: text(self.version),
            uid: text(self.uid),
            resource_version: text(self.resource_version),
        }
    }
}

/// The value among `all` that is written as `value`.
fn word<T: Copy>(
    field: &'static str,
    value: String,
    all: &[T],
    as_str: impl Fn(T) -> &'static str,
) -> Result<T, ParseError> {
    all.iter().copied().find(|known| as_str(*known) == value).ok_or(ParseError::Word { field, value })
}
