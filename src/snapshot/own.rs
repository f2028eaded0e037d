//! What the daemon knows of itself: what troubles it, and what it may do.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::Snapshot;
use crate::model::{Kind, ObjectKey, Scope};
use crate::wire::PolicyRule;

/// What troubles the daemon itself, for as long as it lasts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Its verdicts come late.
    Lag,
    /// Its clock has jumped.
    Clock,
    /// A bound made it drop something, as `plimsoll_dropped_total` counts it.
    Dropped { place: String, reason: String },
}

/// What the API server says that the daemon may do in a namespace: a `SelfSubjectRulesReview`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {
    /// What it may do there, or everywhere.
    pub rules: Vec<PolicyRule>,
    /// Why that may not be all; none where it is.
    pub incomplete: Option<String>,
}

/// One thing that the edges say of the daemon itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Own {
    /// This troubles it, in these words for people.
    Troubled(Trouble, String),
    /// This does no longer.
    Calm(Trouble),
    /// As whom it is known to the API server.
    Is(ObjectKey),
    /// What it may do, by namespace: all that was asked.
    Reviewed(BTreeMap<Arc<str>, Arc<Review>>),
    /// It could not learn what it may do, and why: what was known stands.
    Unreviewed(String),
}

/// What is known of the daemon itself.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub troubles: BTreeMap<Trouble, String>,
    pub subject: Option<ObjectKey>,
    /// None before the first answer.
    pub reviews: Option<BTreeMap<Arc<str>, Arc<Review>>>,
    /// Why the last time it asked there was no answer.
    pub unreviewed: Option<String>,
}

/// The place of it in the snapshot.
#[derive(Debug, Default)]
pub(super) struct OwnState(Mutex<Known>);

impl Snapshot {
    /// What the daemon knows of itself.
    pub fn own(&self) -> Known {
        self.own.0.lock().clone()
    }

    /// Whether it has been told what the daemon may do.
    pub fn is_reviewed(&self) -> bool {
        self.own.0.lock().reviews.is_some()
    }

    /// The names of the namespaces that are there.
    pub fn namespaces(&self) -> Vec<Arc<str>> {
        self.records(Kind::Namespace).into_iter().map(|(name, _)| name.name).collect()
    }

    pub(super) fn note(&self, own: Own, touched: &mut Vec<Scope>) {
        let mut known = self.own.0.lock();
        match own {
            Own::Troubled(trouble, words) => {
                known.troubles.insert(trouble, words);
            }
            Own::Calm(trouble) => {
                known.troubles.remove(&trouble);
            }
            Own::Is(subject) => known.subject = Some(subject),
            Own::Reviewed(reviews) => {
                known.reviews = Some(reviews);
                known.unreviewed = None;
            }
            Own::Unreviewed(reason) => known.unreviewed = Some(reason),
        }
        touched.push(Scope::Cluster);
    }
}
