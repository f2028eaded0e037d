//! Files of manifests, taken for a cluster.
//!
//! They are a closed world: what they do not hold is not there. A namespace that is referred to and not given is
//! presumed to be there, and is not judged itself.

mod read;
mod walk;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::ProgressBar;

use super::problem::Problem;
use crate::model::{Kind, ObjectKey, ObjectKind};
use crate::snapshot::{Change, Facts, Intake};
use crate::wire::{Fault, manifests};
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
    /// A whole cluster, listed.
    pub(super) changes: Vec<Change>,
    /// Where each object stands that counts.
    pub(super) places: HashMap<ObjectKey, Place>,
    /// How many objects there are of kinds that are not watched.
    pub(super) others: u64,
    pub(super) problems: Vec<Problem>,
    /// How many objects were given a name for each beginning of one.
    generated: HashMap<ObjectKey, u64>,
}

/// Reads the files and directories at the paths; `-` is the standard input.
pub(super) fn read_files(paths: &[PathBuf], intake: &Intake, bar: &ProgressBar) -> Files {
    let mut files = Files::default();
    files.changes.extend(Kind::ALL.map(Change::Listing));
    for source in walk(paths, &mut files.problems) {
        files.read(&source, intake, bar);
    }
    files.changes.extend(Kind::ALL.map(Change::Synced));
    if files.are_blank() {
        let names = paths.iter().map(|path| Source::of(path).name()).collect::<Vec<_>>().join(", ");
        files.problems.push(Problem::of_file(&names, "no object was found"));
    }
    files.problems.sort();
    files
}

impl Files {
    fn read(&mut self, source: &Source, intake: &Intake, bar: &ProgressBar) {
        let file = source.name();
        let text = match read_text(source) {
            Ok(text) => text,
            Err(error) => return self.problems.push(Problem::of_file(&file, error)),
        };
        let found = manifests(&text);
        self.others += found.others;
        self.problems.extend(found.faults.into_iter().map(|fault| Problem::of_fault(&file, fault)));
        bar.inc_length(found.objects.len() as u64);
        for outcome in decode_all(&found.objects, intake, bar) {
            match outcome {
                Ok(decoded) => self.enter(&file, decoded),
                Err(fault) => self.problems.push(Problem::of_fault(&file, fault)),
            }
        }
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
