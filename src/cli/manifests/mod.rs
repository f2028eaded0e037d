//! Files of manifests, taken for a cluster, or a snapshot file.
//!
//! Manifests are a closed world: what they do not hold is not there. A namespace that is referred to and not given is
//! presumed to be there, and is not judged itself. A snapshot file is what was observed, with the same sight.

mod observed;
mod read;
mod walk;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::ProgressBar;

use super::problem::Problem;
use crate::model::{Kind, ObjectKey, ObjectKind};
use crate::snapshot::{Change, Facts, Intake};
use crate::wire::{Fault, Manifests, manifests, recorded};
pub(super) use observed::Observed;
use read::{Decoded, decode_all, read_text};
use walk::{Source, walk};

/// Where an object stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    /// From 1 on.
    pub(super) line: u32,
}

/// What files hold.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// A whole cluster, listed; nothing where a snapshot file cannot be read.
    pub(super) changes: Vec<Change>,
    /// What a snapshot file says of itself; none where manifests stand for a cluster.
    pub(super) observed: Option<Observed>,
    /// Where each object stands that counts.
    pub(super) places: HashMap<ObjectKey, Place>,
    /// How many objects there are of kinds that are not watched.
    pub(super) others: u64,
    pub(super) problems: Vec<Problem>,
    /// How many objects were given a name for each beginning of one.
    generated: HashMap<ObjectKey, u64>,
}

/// Reads the files and directories at the paths; `-` is the standard input. A snapshot file is read alone.
pub(super) fn read_files(paths: &[PathBuf], mut intake: Intake, bar: &ProgressBar) -> Files {
    let mut files = Files::default();
    files.changes.extend(Kind::ALL.map(Change::Listing));
    let sources = walk(paths, &mut files.problems);
    for source in &sources {
        let file = source.name();
        match read_text(source) {
            Err(error) => files.problems.push(Problem::of_file(&file, error)),
            Ok(text) => match recorded(&text) {
                None => {
                    intake.close();
                    files.read(&file, &text, &intake, bar);
                }
                Some(_) if sources.len() > 1 => files.problems.push(Problem::of_file(&file, NOT_ALONE)),
                Some(Err(fault)) => return files.refused(&file, fault),
                Some(Ok(recorded)) => return files.observe(&file, recorded, intake, bar),
            },
        }
    }
    files.changes.extend(Kind::ALL.map(Change::Synced));
    if files.are_blank() {
        let names = paths.iter().map(|path| Source::of(path).name()).collect::<Vec<_>>().join(", ");
        files.problems.push(Problem::of_file(&names, "no object was found"));
    }
    files.problems.sort();
    files
}

/// What was observed is whole; beside other files it would be something else.
const NOT_ALONE: &str = "it is a snapshot, which is read alone";

impl Files {
    fn read(&mut self, file: &Arc<str>, text: &str, intake: &Intake, bar: &ProgressBar) {
        self.enter_all(file, manifests(text), intake, bar);
    }

    fn enter_all(&mut self, file: &Arc<str>, found: Manifests<'_>, intake: &Intake, bar: &ProgressBar) {
        self.others += found.others;
        self.problems.extend(found.faults.into_iter().map(|fault| Problem::of_fault(file, fault)));
        bar.inc_length(found.objects.len() as u64);
        for outcome in decode_all(&found.objects, intake, bar) {
            match outcome {
                Ok(decoded) => self.enter(file, decoded),
                Err(fault) => self.problems.push(Problem::of_fault(file, fault)),
            }
        }
    }

    /// Whether the API server is to make the name of any object.
    pub(super) fn hold_nameless(&self) -> bool {
        !self.generated.is_empty()
    }

    /// Whether there is nothing at all to say of them. Whatever was to write them has failed, then.
    fn are_blank(&self) -> bool {
        self.places.is_empty() && self.others == 0 && self.problems.is_empty()
    }

    fn enter(&mut self, file: &Arc<str>, decoded: Decoded) {
        let Decoded { line, column, change, generate_name } = decoded;
        let mut facts = match change {
            Change::Seen(facts) => facts,
            refused => return self.refuse(file, (line, column), refused, generate_name.as_deref()),
        };
        match generate_name.as_deref() {
            None => {}
            Some("") => {
                let message = format!("{} has neither metadata.name nor metadata.generateName", facts.kind);
                return self.problems.push(Problem::of_line(file, line, message));
            }
            Some(beginning) => facts.name = self.stand_in(&facts, beginning),
        }
        let key = key_of(&facts, Arc::clone(&facts.name));
        let place = Place { file: Arc::clone(file), line };
        if let Some(Place { file: before, line: at }) = self.places.insert(key.clone(), place) {
            let message = format!("{key} stands at {before}:{at} already; only this one is judged");
            self.problems.push(Problem::of_line(file, line, message));
        }
        self.changes.push(Change::Seen(facts));
    }

    /// Enters what no API server would accept: it is told, and what hangs on it is not known.
    fn refuse(&mut self, file: &str, at: (u32, Option<u32>), refused: Change, generate_name: Option<&str>) {
        if let Change::Unreadable { kind, namespace, name, error } = &refused {
            let (line, column) = at;
            let message = format!("{kind} {namespace}/{}: {error}", generate_name.unwrap_or(name));
            self.problems.push(Problem::of_fault(file, Fault { line, column, message }));
        }
        self.changes.push(refused);
    }

    /// A name that is the same for the same files, and that no object can have.
    fn stand_in(&mut self, facts: &Facts, beginning: &str) -> Arc<str> {
        let count = self.generated.entry(key_of(facts, beginning.into())).or_default();
        *count += 1;
        format!("{beginning}({count})").into()
    }
}

fn key_of(facts: &Facts, name: Arc<str>) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(facts.kind), namespace: Arc::clone(&facts.namespace), name }
}
