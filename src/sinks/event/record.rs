//! The fields of an event in their published order. They are only ever added to.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::model::{Actor, Cause, Declaration, Deviation, DeviationId, Kind, ObjectRef, Transition};

/// The schema of an event line.
pub const EVENT_SCHEMA: &str = "plimsoll.dev/event/v1";
/// The schema of a deviation that stands by itself, as in the API and in reports.
pub(super) const DEVIATION_SCHEMA: &str = "plimsoll.dev/deviation/v1";
/// The schema of a deviation in a checkpoint of the journal.
pub(crate) const ENTRY_SCHEMA: &str = "plimsoll.dev/checkpoint-entry/v1";

/// What stands for every namespace.
pub(super) const EVERYWHERE: &str = "*";

/// What an event says beyond its transition: where it happened.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The cluster's name; empty where it has none.
    pub cluster: &'a str,
}

/// The fields of an event, or of a deviation without `event` and `time`.
///
/// What is not known is `null`, so that every line has the same fields.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    schema: &'static str,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
    #[serde(serialize_with = "id_text")]
    id: DeviationId,
    check: &'static str,
    severity: &'static str,
    direction: &'static str,
    cluster: Option<&'a str>,
    object: ObjectRecord<'a>,
    /// The namespace that is exposed, [`EVERYWHERE`] for all; null where it is the object's own.
    exposed: Option<&'a str>,
    key: &'a str,
    count: u64,
    message: &'a str,
    expected: &'a str,
    actual: &'a str,
    path: &'a str,
    since: Timestamp,
    opened_at: Timestamp,
    resolved_at: Option<Timestamp>,
    cause: Option<CauseRecord<'a>>,
    actor: Option<ActorRecord<'a>>,
    /// What is deviated from; null where that is not a matter of the baseline.
    baseline: Option<BaselineRecord<'a>>,
    remediation: &'a str,
    while_down: Option<bool>,
    initial: bool,
    previous: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectRecord<'a> {
    group: &'a str,
    version: Option<&'a str>,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    uid: Option<&'a str>,
    resource_version: Option<&'a str>,
    /// In reports alone.
    #[serde(flatten)]
    place: Option<PlaceRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct PlaceRecord<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Debug, Serialize)]
struct CauseRecord<'a> {
    kind: &'a str,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    change: &'static str,
    /// Null where it is not known, or not one alone.
    field: Option<&'a str>,
}

/// Who did it, and where that is known from.
#[derive(Debug, Serialize)]
struct ActorRecord<'a> {
    /// `managedFields` do not say.
    user: (),
    via: &'a str,
    source: &'static str,
    confidence: &'static str,
    operation: &'static str,
    time: Timestamp,
}

#[derive(Debug, Serialize)]
struct BaselineRecord<'a> {
    name: &'a str,
    digest: &'a str,
    /// Null for the embedded default.
    file: Option<&'a str>,
    line: u32,
}

impl<'a> Record<'a> {
    /// A deviation by itself, as the API and reports show it.
    pub fn of_deviation(deviation: &'a Deviation, context: &Context<'a>) -> Self {
        let finding = &deviation.finding;
        Self {
            schema: DEVIATION_SCHEMA,
            seq: deviation.seq,
            event: None,
            time: None,
            id: deviation.id,
            check: deviation.check.id,
            severity: deviation.severity.as_str(),
            direction: finding.direction.as_str(),
            cluster: known(context.cluster),
            object: ObjectRecord::new(&finding.object),
            exposed: finding.exposed.as_deref().map(|it| if it.is_empty() { EVERYWHERE } else { it }),
            key: &finding.key,
            count: finding.count,
            message: &finding.message,
            expected: &finding.expected,
            actual: &finding.actual,
            path: &finding.path,
            since: deviation.since,
            opened_at: deviation.opened_at,
            resolved_at: deviation.resolved_at,
            cause: None,
            actor: deviation.actor.as_ref().map(ActorRecord::new),
            baseline: finding.declaration.as_deref().map(BaselineRecord::new),
            remediation: deviation.remedy(),
            while_down: None,
            initial: deviation.initial,
            previous: None,
        }
    }

    /// The same with the file and line at which the object stands; none where it does not come from a file.
    #[must_use]
    pub fn at(mut self, place: Option<(&'a str, u32)>) -> Self {
        let (file, line) = place.unzip();
        self.object.place = Some(PlaceRecord { file, line });
        self
    }

    /// A transition as an event.
    fn of_transition(transition: &'a Transition, context: &Context<'a>) -> Self {
        Self {
            schema: EVENT_SCHEMA,
            seq: transition.seq,
            event: Some(transition.event.as_str()),
            time: Some(transition.time),
            cause: transition.cause.as_ref().map(CauseRecord::new),
            while_down: Some(transition.while_down),
            ..Self::of_deviation(&transition.deviation, context)
        }
    }

    fn render(&self) -> String {
        serde_json::to_string(self).expect("a record has only string keys and writes to memory")
    }
}

impl<'a> ObjectRecord<'a> {
    fn new(object: &'a ObjectRef) -> Self {
        Self {
            group: object.key.kind.group(),
            version: known(&object.version),
            kind: object.key.kind.name(),
            namespace: known(&object.key.namespace),
            name: known(&object.key.name),
            uid: known(&object.uid),
            resource_version: known(&object.resource_version),
            place: None,
        }
    }
}

impl<'a> BaselineRecord<'a> {
    fn new(declaration: &'a Declaration) -> Self {
        let Declaration { name, digest, file, line } = declaration;
        Self { name, digest, file: known(file), line: *line }
    }
}

impl<'a> CauseRecord<'a> {
    fn new(cause: &'a Cause) -> Self {
        let object = cause.object.as_ref();
        Self {
            kind: cause.kind.map(Kind::label).or(object.map(|key| key.kind.label())).unwrap_or("Baseline"),
            namespace: object.and_then(|key| known(&key.namespace)),
            name: object.and_then(|key| known(&key.name)),
            change: cause.change.as_str(),
            field: cause.field.as_deref(),
        }
    }
}

impl<'a> ActorRecord<'a> {
    fn new(actor: &'a Actor) -> Self {
        Self {
            user: (),
            via: &actor.via,
            source: "managedFields",
            confidence: "low",
            operation: actor.operation.as_str(),
            time: actor.time,
        }
    }
}

/// One event as one line of JSON, without the line's end. `previous` is the SHA-256 of the line before it in
/// the journal, in hexadecimal; none outside the journal.
pub fn render_event(transition: &Transition, context: &Context<'_>, previous: Option<&str>) -> String {
    Record { previous, ..Record::of_transition(transition, context) }.render()
}

/// One deviation as a line of a checkpoint.
pub(crate) fn render_checkpoint_entry(
    deviation: &Deviation,
    context: &Context<'_>,
    previous: Option<&str>,
) -> String {
    Record { schema: ENTRY_SCHEMA, previous, ..Record::of_deviation(deviation, context) }.render()
}

/// The model writes an empty string for what is not known, the outside reads `null`.
fn known(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn id_text<S: Serializer>(id: &DeviationId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
