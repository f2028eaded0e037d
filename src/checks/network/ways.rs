//! The ways by which flows come that nothing declares: through a direction that nothing isolates, or by a rule of a
//! policy.
//!
//! A way is *wide* where it lets peers through without selecting them by their labels. It is told by itself as soon as a
//! single flow comes by it, so that its evidence does not hang on who is there. Any other is told with the workloads
//! whose flows come by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::peers::Workloads;
use crate::checks::words::{at_most, first_of};
use crate::model::ObjectKey;
use crate::network::{Direction, PortSet, Through};

/// How many ways are told.
const WAYS_MAX: usize = 20;

/// How many places are named.
const PLACES_MAX: usize = 5;

/// Where flows come through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    NotIsolated,
    Rule { policy: Arc<str>, number: usize, direction: Direction },
}

impl Place {
    pub(super) fn of(through: &Through<'_>, direction: Direction) -> Self {
        Self::Rule { policy: Arc::clone(through.policy), number: through.number, direction }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotIsolated => f.write_str("not isolated"),
            Self::Rule { policy, number, direction } => {
                write!(f, "NetworkPolicy {policy} {}[{number}]", direction.as_str().to_ascii_lowercase())
            }
        }
    }
}

/// The places, such as `NetworkPolicy web ingress[0]`: the first of them, and how many others there are.
pub(super) fn words_of(places: &BTreeSet<Place>) -> String {
    at_most(places.iter().map(ToString::to_string).collect(), PLACES_MAX).join(", ")
}

/// What is to be done at these places that let through too much in a direction, as in `narrow NetworkPolicy web
/// ingress[0]`.
pub(super) fn steps(places: &BTreeSet<Place>, direction: Direction) -> String {
    let steps = places.iter().map(|place| match place {
        Place::NotIsolated => format!("isolate the pods for {}", direction.as_str().to_ascii_lowercase()),
        Place::Rule { .. } => format!("narrow {place}"),
    });
    at_most(steps.collect(), PLACES_MAX).join(", ")
}

/// What comes that nothing declares.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Where, with whom, and on which ports.
    wide: BTreeSet<(Place, String, String)>,
    named: BTreeMap<Place, Workloads>,
}

impl Ways {
    /// Notes a wide way.
    pub(super) fn add(&mut self, place: Place, whom: String, ports: String) {
        self.wide.insert((place, whom, ports));
    }

    /// Notes that flows with these workloads come on these ports.
    pub(super) fn add_workloads(
        &mut self,
        place: Place,
        workloads: impl IntoIterator<Item = ObjectKey>,
        ports: &PortSet,
    ) {
        let named = self.named.entry(place).or_default();
        workloads.into_iter().for_each(|it| named.add(it, ports));
    }

    pub(super) fn places(&self) -> BTreeSet<Place> {
        self.wide.iter().map(|(place, ..)| place).chain(self.named.keys()).cloned().collect()
    }

    /// Each with whoever comes by it, as evidence.
    pub(super) fn words(&self) -> String {
        let wide = self.wide.iter().map(|(place, whom, ports)| (place, format!("{whom} ({ports})")));
        let named = self.named.iter();
        let named = named.flat_map(|(place, it)| it.words().into_iter().map(move |told| (place, told)));
        let mut told: Vec<(&Place, String)> = wide.chain(named).collect();
        told.sort();
        first_of(told.into_iter().map(|(place, told)| format!("{place}: {told}")).collect(), WAYS_MAX)
    }
}
