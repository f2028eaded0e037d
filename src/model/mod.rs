//! The plain nouns that every floor shares: objects, findings, deviations.

mod actor;
mod chain;
mod check;
mod declaration;
mod deviation;
mod digest;
mod finding;
mod kind;
mod labels;
mod nearest;
mod object;
mod tame;
mod view;
mod waiver;

pub use actor::{Actor, Operation};
pub use chain::chain;
pub use check::CheckInfo;
pub use declaration::Declaration;
pub use deviation::{Cause, ChangeType, Deviation, DeviationId, Event, Transition};
pub use digest::sha256_hex;
pub use finding::{Direction, Finding, Severity};
pub use kind::Kind;
pub use labels::{Labels, label};
pub use nearest::nearest;
pub use object::{DEFAULT_NAMESPACE, GroupKind, ObjectKey, ObjectKind, ObjectRef, Scope};
pub use tame::{tame, tame_name};
pub use view::{CheckView, CountKey, KindView, Loss, Sight, View, Waived, WaiverCounts};
pub use waiver::{Checks, Matches, Waiver, WaiverAge, family_of};
