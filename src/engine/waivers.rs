//! The waivers that are declared, found by what they are about.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::baseline::Declared;
use crate::model::{Checks, Finding, Labels, ObjectKey, Waiver, WaiverAge, WaiverCounts, family_of};

/// The namespace and the name that waivers ask for; none where they ask for none.
type Place = (Option<Arc<str>>, Option<Arc<str>>);

/// Every waiver that is declared. A finding is held against those alone that may be about it, however many others there
/// are.
#[derive(Debug, Default)]
pub(super) struct Waivers {
    /// By the id of a check or by a family, neither of which can be the other, and by place.
    about: HashMap<Arc<str>, HashMap<Place, Vec<Arc<Waiver>>>>,
    /// The span of time in which no waiver is of another age, if it is known.
    steady: Option<(Timestamp, Timestamp)>,
}

impl Waivers {
    /// Those of every document that is declared.
    pub(super) fn of(declared: &Declared) -> Self {
        let mut waivers = Self::default();
        for waiver in declared.baselines.iter().flat_map(|baseline| &baseline.waivers) {
            let (Checks::One(about) | Checks::Family(about)) = &waiver.checks;
            let place = (waiver.matches.namespace.clone(), waiver.matches.name.clone());
            let places = waivers.about.entry(Arc::clone(about)).or_default();
            places.entry(place).or_default().push(Arc::clone(waiver));
        }
        waivers
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Waiver>> {
        self.about.values().flat_map(HashMap::values).flatten()
    }

    /// Whether a waiver has come of another age since this was last asked, or a clock that was set back made it so.
    pub(super) fn turned(&mut self, now: Timestamp) -> bool {
        if self.steady.is_some_and(|(from, until)| from <= now && now < until) {
            return false;
        }
        let turns = || self.all().flat_map(|waiver| waiver.turns());
        let from = turns().filter(|at| *at <= now).max().unwrap_or(Timestamp::MIN);
        let until = turns().filter(|at| *at > now).min().unwrap_or(Timestamp::MAX);
        self.steady.replace((from, until)).is_some()
    }

    /// Whether any waiver, of whatever age, is about this check.
    pub(super) fn concern(&self, check: &str) -> bool {
        [check, family_of(check)].iter().any(|about| self.about.contains_key(*about))
    }

    /// The waivers that excuse the finding of the check now. `pod_labels` tells the labels of an object's pods.
    pub(super) fn excusing(
        &self,
        check: &str,
        finding: &Finding,
        now: Timestamp,
        pod_labels: impl Fn(&ObjectKey) -> Option<Arc<Labels>>,
    ) -> Vec<Arc<Waiver>> {
        let object = &finding.object.key;
        let labels = |waiver: &Waiver| {
            let asked = !waiver.matches.pod_labels.is_empty();
            asked.then(|| pod_labels(object)).flatten()
        };
        let excuses = |waiver: &&Arc<Waiver>| {
            waiver.is_in_force(now)
                && is_declared_beside(waiver, finding)
                && waiver.matches.covers(object, labels(waiver).as_deref())
        };
        let about = [check, family_of(check)].into_iter().filter_map(|about| self.about.get(about));
        let beside = about.flat_map(|places| {
            let [namespace, name] = [&object.namespace, &object.name].map(|it| Some(Arc::clone(it)));
            let wanted = [(None, None), (namespace.clone(), None), (None, name.clone()), (namespace, name)];
            wanted.into_iter().filter_map(|place| places.get(&place)).flatten()
        });
        beside.filter(excuses).cloned().collect()
    }

    /// How many there are of each state, by those of which it is known that they excuse something.
    pub(super) fn counts(&self, now: Timestamp, is_used: impl Fn(&Waiver) -> bool) -> WaiverCounts {
        let mut counts = WaiverCounts::default();
        let mut ends: BTreeMap<String, Timestamp> = BTreeMap::new();
        for waiver in self.all() {
            let age = waiver.age(now);
            let count = match age {
                WaiverAge::TooLong => &mut counts.invalid,
                WaiverAge::Expired => &mut counts.expired,
                _ if is_used(waiver) => &mut counts.used,
                _ => &mut counts.unused,
            };
            *count += 1;
            counts.expiring += usize::from(age == WaiverAge::Expiring);
            if age != WaiverAge::Expired {
                let end = ends.entry(waiver.checks.to_string()).or_insert(waiver.expires);
                *end = waiver.expires.min(*end);
            }
        }
        counts.ends = Arc::new(ends);
        counts
    }
}

/// Whether the document of the waiver is the one that is deviated from, or any will do.
fn is_declared_beside(waiver: &Waiver, finding: &Finding) -> bool {
    let (of, by) = (finding.declaration.as_deref(), &waiver.declaration);
    of.is_none_or(|it| it.name == by.name && it.file == by.file)
}
