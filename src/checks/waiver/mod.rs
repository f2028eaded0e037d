//! What is to be said of the waivers themselves.

pub(super) mod expired;
pub(super) mod expiring;
pub(super) mod invalid;
pub(super) mod too_broad;
pub(super) mod unused;

use std::sync::Arc;

use super::{Facts, object_of};
use crate::model::{Direction, Finding, Waiver, WaiverAge};

/// Every waiver that is declared.
fn declared<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Arc<Waiver>> {
    facts.declared.baselines.iter().flat_map(|baseline| &baseline.waivers)
}

/// Those of this age.
fn aged<'a>(facts: &Facts<'a>, age: WaiverAge) -> impl Iterator<Item = &'a Arc<Waiver>> {
    let now = facts.now;
    declared(facts).filter(move |waiver| waiver.age(now) == age)
}

/// What deviates about a waiver.
struct Wrong {
    /// The predicate of a sentence about the waiver.
    what: String,
    expected: &'static str,
    actual: String,
    remedy: String,
}

fn finding(waiver: &Waiver, wrong: Wrong) -> Finding {
    let Wrong { what, expected, actual, remedy } = wrong;
    Finding {
        object: object_of(&waiver.declaration.name),
        exposed: None,
        key: waiver.to_string(),
        // What it excused, or fails to excuse, is a deviation by itself.
        direction: Direction::Changed,
        count: 1,
        message: format!("the waiver of {waiver}, owned by {}, {what}", waiver.owner),
        expected: expected.to_owned(),
        actual,
        path: "spec.waivers".to_owned(),
        remedy,
        declaration: Some(Arc::clone(&waiver.declaration)),
    }
}

#[cfg(test)]
mod tests;
