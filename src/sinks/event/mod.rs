//! Events and deviations as JSON: how they are written and how they are read back.

mod parse;
mod record;
mod waived;

pub use parse::{Lookup, ParseError, Parsed, RecordKind, parse_record};
pub use record::{Context, EVENT_SCHEMA, Record, render_event};
pub(crate) use record::{ENTRY_SCHEMA, render_checkpoint_entry};
pub use waived::WaivedRecord;

#[cfg(test)]
mod tests;
