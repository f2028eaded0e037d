//! Rights drawn by lot, and questions about them that the API server answers as well as the authorizer.

mod granted;
mod objects;
mod question;
mod reviews;
mod settled;
mod tally;
mod words;

pub(crate) use granted::Granted;
pub(crate) use objects::{NAMESPACES, objects};
pub(crate) use question::{About, Question, Subject};
pub(crate) use reviews::{Reviews, snapshot};
pub(crate) use settled::wait_until_settled;
pub(crate) use tally::Tally;
