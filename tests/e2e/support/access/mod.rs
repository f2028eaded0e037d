//! Rights drawn by lot, and questions about them that the API server answers as well as the authorizer.

mod furnish;
mod granted;
mod objects;
mod question;
mod requests;
mod reviews;
mod settled;
mod tally;
mod words;

pub(crate) use furnish::furnish;
pub(crate) use granted::Granted;
pub(crate) use question::{About, Question, Subject};
pub(crate) use requests::requests;
pub(crate) use reviews::{AT_ONCE, Reviews, snapshot};
pub(crate) use tally::Tally;
