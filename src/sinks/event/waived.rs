//! What is waived as JSON: the fields of a deviation, and the waiver.

use jiff::Timestamp;
use serde::Serialize;

use super::Record;
use crate::model::Waiver;

/// What would be a deviation if no waiver excused it.
#[derive(Debug, Serialize)]
pub struct WaivedRecord<'a> {
    #[serde(flatten)]
    record: Record<'a>,
    waiver: WaiverRecord<'a>,
}

/// The waiver that excuses it longest.
#[derive(Debug, Serialize)]
struct WaiverRecord<'a> {
    owner: &'a str,
    reason: &'a str,
    /// Null where it names none.
    ticket: Option<&'a str>,
    expires: Timestamp,
    file: &'a str,
    line: u32,
}

impl<'a> WaivedRecord<'a> {
    /// The deviation, excused by this waiver.
    pub fn new(record: Record<'a>, waiver: &'a Waiver) -> Self {
        let Waiver { owner, reason, ticket, expires, declaration, .. } = waiver;
        let waiver = WaiverRecord {
            owner,
            reason,
            ticket: ticket.as_deref(),
            expires: *expires,
            file: &declaration.file,
            line: declaration.line,
        };
        Self { record, waiver }
    }
}
