//! A snapshot file: what it says was observed, taken for the cluster of that moment.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use anyhow::bail;
use indicatif::ProgressBar;
use jiff::Timestamp;

use super::Files;
use crate::cli::look::demand;
use crate::cli::problem::{Problem, told};
use crate::model::{Kind, Loss, Sight};
use crate::snapshot::{Change, Intake, Snapshot};
use crate::wire::{Fault, Item, Recorded};

/// What a snapshot file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Observed {
    /// What reports call the file.
    name: Arc<str>,
    /// The name of the cluster; none where manifests stood for one.
    pub(in crate::cli) cluster: Option<String>,
    /// When it was observed.
    pub(in crate::cli) time: Timestamp,
}

impl Observed {
    /// How it was seen, as a snapshot file has it.
    pub(in crate::cli) fn sight(sight: &Sight) -> &'static str {
        match sight {
            Sight::Synced => SYNCED,
            Sight::Syncing => NOT_LISTED,
            Sight::Lost(loss) => loss.as_str(),
        }
    }
}

const SYNCED: &str = "synced";
const NOT_LISTED: &str = "not-listed-in-time";

impl Files {
    /// Takes what was observed as the cluster that it was: all of it, or nothing.
    pub(super) fn observe(
        mut self,
        file: &Arc<str>,
        recorded: Recorded<'_>,
        mut intake: Intake,
        bar: &ProgressBar,
    ) -> Self {
        let Recorded { cluster, time, kinds, unreadable, manifests } = recorded;
        if cluster.is_none() {
            intake.close();
        }
        self.enter_all(file, manifests, &intake, bar);
        self.changes.extend(unreadable.into_iter().map(|it| intake.seen(Item::Unreadable(it))));
        for (kind, sight) in kinds {
            match change(kind, &sight) {
                Ok(change) => self.changes.extend(change),
                Err(error) => self.problems.push(Problem::of_file(file, error)),
            }
        }
        if !self.problems.is_empty() {
            // What cannot be read would pass for what was not there.
            self.changes.clear();
        }
        if cluster.is_some() {
            // What was observed in a cluster stands in no file that anybody could mend.
            self.places = HashMap::new();
        }
        self.problems.sort();
        self.observed = Some(Observed { name: Arc::clone(file), cluster, time });
        self
    }

    /// What there is of a snapshot file that cannot be read: nothing was seen.
    pub(super) fn refused(mut self, file: &str, fault: Fault) -> Self {
        self.changes.clear();
        self.problems.push(Problem::of_fault(file, fault));
        self
    }

    /// Applies everything to the snapshot. An object that could not be read when a snapshot file was taken is a problem.
    ///
    /// It is an error where one of the kinds was not seen then, or nothing can be read at all: every answer about `what`
    /// might be another one.
    pub(in crate::cli) fn fill(
        &mut self,
        snapshot: &Snapshot,
        kinds: &[Kind],
        what: &str,
    ) -> anyhow::Result<()> {
        if self.are_refused() {
            bail!("nothing could be read\n{}", told(&self.problems));
        }
        for change in mem::take(&mut self.changes) {
            snapshot.apply(change, &mut Vec::new());
        }
        demand(snapshot, kinds, what)?;
        if let Some(Observed { name, .. }) = &self.observed {
            let unread = kinds.iter().flat_map(|kind| snapshot.unreadable_of(*kind));
            let unread = unread.map(|(key, error)| Problem::of_file(name, format!("{key}: {error}")));
            self.problems.extend(unread);
        }
        Ok(())
    }

    /// Whether nothing at all could be read.
    pub(in crate::cli) fn are_refused(&self) -> bool {
        let is_object = |change: &Change| matches!(change, Change::Seen(_) | Change::Unreadable { .. });
        !self.problems.is_empty() && self.others == 0 && !self.changes.iter().any(is_object)
    }

    /// The name of the cluster that was observed.
    pub(in crate::cli) fn cluster(&self) -> Option<&String> {
        self.observed.as_ref()?.cluster.as_ref()
    }
}

/// What to make of a kind that was seen like this; nothing where its list had not ended.
fn change(kind: Kind, sight: &str) -> Result<Option<Change>, String> {
    if sight == NOT_LISTED {
        return Ok(None);
    }
    if sight == SYNCED {
        return Ok(Some(Change::Synced(kind)));
    }
    match Loss::ALL.into_iter().find(|loss| loss.as_str() == sight) {
        Some(loss) => Ok(Some(Change::Lost(kind, loss))),
        None => Err(format!("kinds.{kind}: `{sight}` says nothing of how it was seen")),
    }
}
