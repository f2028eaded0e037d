//! Which checks can see what they need.

use std::collections::BTreeSet;

use super::Engine;
use super::owed::CheckSet;
use crate::checks::{Check, Reads};
use crate::model::{CheckView, Kind, Sight};
use crate::snapshot::Snapshot;

/// How well every kind is seen, by the position of the kind.
pub(super) type Sights = [Sight; Kind::ALL.len()];

/// Whether a check that reads this can be evaluated: *what is not seen is not gone*.
fn sighted(reads: Reads, sights: &Sights, snapshot: &Snapshot) -> bool {
    match reads {
        Reads::Kinds(_) | Reads::Flows(_) => unseen(reads, sights).next().is_none(),
        Reads::Sight => !sights.contains(&Sight::Syncing),
        Reads::OwnRights => snapshot.is_reviewed(),
    }
}

/// The kinds that such a check needs and that are not synced.
fn unseen(reads: Reads, sights: &Sights) -> impl Iterator<Item = Kind> {
    let kinds = match reads {
        Reads::Kinds(kinds) | Reads::Flows(kinds) => kinds,
        Reads::Sight | Reads::OwnRights => &[],
    };
    kinds.iter().copied().filter(|kind| sights[*kind as usize] != Sight::Synced)
}

impl Engine {
    /// A kind that nobody is to watch hides nothing.
    pub(super) fn sights(&self) -> Sights {
        let watched = |kind: &Kind| self.kinds.contains(kind);
        Kind::ALL.map(|kind| if watched(&kind) { self.snapshot.sight(kind) } else { Sight::Synced })
    }

    /// The checks that can be evaluated.
    pub(super) fn sighted(&self) -> CheckSet {
        let sights = self.sights();
        CheckSet::of(self.checks.len(), |at| {
            let reads = self.checks[at].reads;
            sighted(reads, &sights, &self.snapshot) && !self.is_held(reads)
        })
    }

    /// Whether a check that reads this waits until it is known what is declared.
    fn is_held(&self, reads: Reads) -> bool {
        self.awaits_declared && matches!(reads, Reads::Kinds([_, ..]) | Reads::Flows(_))
    }

    pub(super) fn check_view(&self, check: &'static Check, sights: &Sights) -> CheckView {
        let blind = match check.reads {
            Reads::Kinds(kinds) | Reads::Flows(kinds) if self.is_held(check.reads) => kinds.to_vec(),
            reads @ Reads::Flows(_) => {
                // Somewhere it cannot judge.
                let hiding = self.snapshot.hiding_kinds();
                let unseen: BTreeSet<Kind> = unseen(reads, sights).chain(hiding).collect();
                unseen.into_iter().collect()
            }
            reads => unseen(reads, sights).collect(),
        };
        CheckView { check: &check.info, blind }
    }
}
