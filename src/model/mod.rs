//! The plain nouns that every floor shares: objects, findings, deviations.

mod chain;
mod check;
mod deviation;
mod digest;
mod finding;
mod object;
mod view;

pub use chain::chain;
pub use check::CheckInfo;
pub use deviation::{Cause, ChangeType, Deviation, DeviationId, Event, Transition};
pub use digest::sha256_hex;
pub use finding::{Direction, Finding, Severity};
pub use object::{GroupKind, Kind, ObjectKey, ObjectKind, ObjectRef, Scope};
pub use view::{BaselineView, CheckView, CountKey, KindView, Loss, Sight, View};
