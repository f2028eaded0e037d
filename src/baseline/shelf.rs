//! What is in force: the last good version of each document, while its file is there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::node::Position;
use super::{Declared, DeclaredRights, Document, Identity, Problem, parse};

/// A file as it was last read: its content, or why it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub file: Arc<str>,
    pub content: Result<Vec<u8>, String>,
}

/// The last good version of each document, known by its file, kind and name.
#[derive(Debug)]
pub struct Shelf {
    known_checks: Vec<&'static str>,
    files: BTreeMap<Arc<str>, Vec<Document>>,
}

/// The documents of one file that are in force, and whether one that was never readable is missing among them.
struct Kept {
    documents: Vec<Document>,
    incomplete: bool,
}

impl Shelf {
    /// An empty one. `known_checks` are the ids that waivers may name.
    pub fn new(known_checks: Vec<&'static str>) -> Self {
        Self { known_checks, files: BTreeMap::new() }
    }

    /// Takes all files that there are now, and gives what is in force from now on.
    ///
    /// Of a document that is broken, and of all documents of a file that cannot be read, the last good version
    /// stays; documents and files that are gone are gone.
    pub fn update(&mut self, sources: Vec<Source>) -> Declared {
        let mut declared = Declared::default();
        let mut before = std::mem::take(&mut self.files);
        for Source { file, content } in sources {
            let old = before.remove(&file).unwrap_or_default();
            let kept = match content {
                Ok(text) => {
                    let (documents, problems) = parse(&file, &text, &self.known_checks);
                    declared.problems.extend(problems);
                    keep(documents, old)
                }
                Err(reason) => {
                    declared.problems.push(unreadable(Arc::clone(&file), &reason));
                    Kept { incomplete: old.is_empty(), documents: old }
                }
            };
            declared.incomplete |= kept.incomplete;
            self.files.insert(file, kept.documents);
        }
        self.fill(declared)
    }

    /// What is in force when it cannot be found out which files there are: all that was in force before.
    pub fn keep(&self, file: Arc<str>, reason: &str) -> Declared {
        let problems = vec![unreadable(file, reason)];
        self.fill(Declared { problems, incomplete: self.files.is_empty(), ..Declared::default() })
    }

    /// Adds what is in force to what is known of how it was read.
    fn fill(&self, mut declared: Declared) -> Declared {
        let mut places: HashMap<Identity, (Arc<str>, u32)> = HashMap::new();
        for document in self.files.values().flatten() {
            let (Some(identity), Some(place)) = (document.identity(), document.place()) else { continue };
            if let Some(first) = places.get(&identity) {
                declared.problems.push(twice(&identity, place, first));
                continue;
            }
            places.insert(identity, place);
            match document {
                Document::Baseline(baseline) => declared.baselines.push((**baseline).clone()),
                Document::Object(object) => declared.objects.push(object.clone()),
                Document::Broken(_) => {}
            }
        }
        declared.rights = Arc::new(DeclaredRights::of(&declared.objects));
        if declared.baselines.is_empty() && declared.problems.is_empty() {
            declared.baselines = Declared::hardened().baselines;
        }
        declared
    }
}

/// The documents of a file, with the old version in place of each that is broken.
fn keep(documents: Vec<Document>, old: Vec<Document>) -> Kept {
    let named: HashSet<Identity> = documents.iter().filter_map(Document::identity).collect();
    let nameless = documents.contains(&Document::Broken(None));
    let mut kept = Kept { documents: Vec::new(), incomplete: false };
    // Each of them may be the one that cannot be recognized any more.
    let (mut unseen, seen): (Vec<_>, Vec<_>) =
        old.into_iter().partition(|old| old.identity().is_none_or(|identity| !named.contains(&identity)));
    kept.incomplete = nameless && unseen.is_empty();
    for document in documents {
        let Document::Broken(Some(identity)) = &document else {
            kept.documents.push(document);
            continue;
        };
        let last_good = seen.iter().find(|old| old.identity().as_ref() == Some(identity));
        kept.incomplete |= last_good.is_none();
        kept.documents.extend(last_good.cloned());
    }
    if nameless {
        kept.documents.append(&mut unseen);
    }
    kept.documents.retain(|document| !matches!(document, Document::Broken(_)));
    kept
}

fn unreadable(file: Arc<str>, reason: &str) -> Problem {
    Problem::new(file, Position::START, "", reason)
}

fn twice(identity: &Identity, (file, line): (Arc<str>, u32), first: &(Arc<str>, u32)) -> Problem {
    let Identity { kind, namespace, name, .. } = identity;
    let within =
        if namespace.is_empty() { String::new() } else { format!(" in the namespace {namespace:?}") };
    let (first_file, first_line) = first;
    let message = format!(
        "a second {kind} {name:?}{within}: the first, {first_file}:{first_line}, is in force, and this one is not"
    );
    Problem::new(file, Position { line, column: 1 }, "metadata.name", &message)
}
