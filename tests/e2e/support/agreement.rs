//! Counting verdicts of the API server's and ours.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use plimsoll::snapshot::PodTemplate;

use super::judged::failed_controls;
use super::standard::Standard;

/// What became of one pod.
pub(crate) enum Outcome {
    /// The API server takes no such pod anywhere, and says why.
    Invalid(String),
    Judged(Judged),
}

/// A pod that the API server takes where nothing is enforced.
pub(crate) struct Judged {
    /// As it was sent.
    pub(crate) pod: String,
    /// What we know of it, by where we have it from.
    pub(crate) forms: Vec<(&'static str, Arc<PodTemplate>)>,
    /// The controls of standards that the server says it fails.
    pub(crate) verdicts: Vec<(Standard, BTreeSet<&'static str>)>,
}

/// A verdict of ours that is not the server's.
struct Disagreement {
    standard: Standard,
    form: &'static str,
    pod: String,
}

/// The outcomes of many pods.
#[derive(Default)]
pub(crate) struct Tally {
    pods: usize,
    verdicts: usize,
    /// How many verdicts each control failed in.
    failed: BTreeMap<&'static str, usize>,
    invalid: Vec<String>,
    disagreements: usize,
    /// By what they are about, the one with the smallest pod.
    smallest: BTreeMap<String, Disagreement>,
}

impl Tally {
    pub(crate) fn with(mut self, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Invalid(reasons) => self.invalid.push(reasons),
            Outcome::Judged(judged) => self.compare(&judged),
        }
        self
    }

    fn compare(&mut self, judged: &Judged) {
        self.pods += 1;
        self.verdicts += judged.verdicts.len();
        for (standard, server) in &judged.verdicts {
            for control in server {
                *self.failed.entry(control).or_default() += 1;
            }
            for (form, template) in &judged.forms {
                let ours = failed_controls(template, *standard);
                if ours != *server {
                    let disagreement = Disagreement { standard: *standard, form, pod: judged.pod.clone() };
                    self.disagree(about(server, &ours), disagreement);
                }
            }
        }
    }

    fn disagree(&mut self, about: String, disagreement: Disagreement) {
        self.disagreements += 1;
        match self.smallest.entry(about) {
            Entry::Occupied(mut held) if disagreement.pod.len() < held.get().pod.len() => {
                held.insert(disagreement);
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(vacant) => {
                vacant.insert(disagreement);
            }
        }
    }

    /// Panics unless all verdicts agree, about pods of which at least as many are valid as are not.
    pub(crate) fn check_agreement(&self) {
        let smallest: Vec<_> = self.smallest.iter().map(|(about, it)| format!("{about}: {it}\n")).collect();
        assert_eq!(self.disagreements, 0, "{self}, such as\n{}", smallest.concat());
        assert!(self.pods >= self.invalid.len(), "{self}, such as {:?}", self.invalid.first());
    }

    /// Panics unless each of these controls was failed often enough, and kept, for agreement on it to mean something.
    pub(crate) fn check_variety<'a>(&self, controls: impl IntoIterator<Item = &'a str>, enough: usize) {
        let enough = enough..=self.verdicts.saturating_sub(enough);
        for control in controls {
            let failed = self.failed.get(control).copied().unwrap_or_default();
            assert!(enough.contains(&failed), "{self}, but {control} failed in {failed}");
        }
    }
}

fn about(server: &BTreeSet<&str>, ours: &BTreeSet<&str>) -> String {
    let only =
        |these: &BTreeSet<&str>, those| these.difference(those).copied().collect::<Vec<_>>().join(", ");
    format!("only the server says [{}], only we say [{}]", only(server, ours), only(ours, server))
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pods, verdicts, disagreements) = (self.pods, self.verdicts, self.disagreements);
        write!(f, "{pods} pods, {verdicts} verdicts, {disagreements} disagreements")?;
        write!(f, " ({} more pods are valid nowhere)", self.invalid.len())
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the {}: {}", self.standard, self.form, self.pod)
    }
}
