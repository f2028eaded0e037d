//! Where something is: in a file, and in the cluster.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::Message;
use crate::cli::check::verdict::Verdict;
use crate::cli::escape::Escaped;
use crate::cli::problem::Problem;
use crate::model::{Declaration, ObjectKey};

/// The folder that relative paths begin at.
const ROOT: &str = "%SRCROOT%";

/// What a path keeps as it is. A colon is not kept, since before the first slash it would make a scheme of what it ends.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

#[derive(Serialize)]
pub(super) struct BaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Message,
}

impl Default for BaseIds {
    fn default() -> Self {
        let text = "the folder in which the program ran".to_owned();
        Self { root: Base { description: Message { text } } }
    }
}

#[derive(Serialize)]
pub(super) struct Location {
    #[serde(rename = "physicalLocation", skip_serializing_if = "Option::is_none")]
    physical: Option<Physical>,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Vec::is_empty")]
    logical: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    /// None where the file as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    /// None where the path is absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
}

/// An object in a cluster.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl Location {
    /// The object, where it stands in a file with that place. One that stands in none, as a subject that bindings name, is
    /// in what was judged: code scanning refuses a whole report for one result that has no file.
    pub(super) fn of_object(object: &ObjectKey, verdict: &Verdict) -> Self {
        let placed = verdict.place(object).map(|(file, line)| Physical::new(file, Some(line), None));
        let input = || verdict.input.as_deref().map(|it| Physical::new(it, None, None));
        let full = Escaped(object).to_string();
        let name = if object.name.is_empty() { full.clone() } else { Escaped(&object.name).to_string() };
        Self {
            physical: placed.or_else(input),
            logical: vec![Logical { name, fully_qualified_name: full, kind: "resource" }],
            message: None,
        }
    }

    pub(super) fn of_problem(problem: &Problem) -> Self {
        Self::in_file(Physical::new(problem.file(), problem.line(), problem.column()), None)
    }

    /// Where something is declared; none where that is embedded in the program.
    pub(super) fn of_declaration(declaration: &Declaration) -> Option<Self> {
        let Declaration { name, file, line, .. } = declaration;
        let message = Message::of(format!("declared by {name}"));
        (!file.is_empty()).then(|| Self::in_file(Physical::new(file, Some(*line), None), Some(message)))
    }

    fn in_file(physical: Physical, message: Option<Message>) -> Self {
        Self { physical: Some(physical), logical: Vec::new(), message }
    }
}

impl Physical {
    fn new(file: &str, start_line: Option<u32>, start_column: Option<u32>) -> Self {
        Self {
            artifact_location: Artifact::of(file),
            region: start_line.map(|start_line| Region { start_line, start_column }),
        }
    }
}

impl Artifact {
    fn of(file: &str) -> Self {
        let path = file.strip_prefix("./").unwrap_or(file);
        let path = utf8_percent_encode(path, ENCODED);
        if file.starts_with('/') {
            Self { uri: format!("file://{path}"), uri_base_id: None }
        } else {
            Self { uri: path.to_string(), uri_base_id: Some(ROOT) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references_that_mean_the_same_file() {
        for (file, uri, base) in [
            ("./deploy/api.yaml", "deploy/api.yaml", Some(ROOT)),
            ("../a b/ü#1?.yaml", "../a%20b/%C3%BC%231%3F.yaml", Some(ROOT)),
            ("c:evil\n/%41", "c%3Aevil%0A/%2541", Some(ROOT)),
            ("/etc/x y", "file:///etc/x%20y", None),
        ] {
            let artifact = Artifact::of(file);
            assert_eq!((artifact.uri.as_str(), artifact.uri_base_id), (uri, base));
        }
    }
}
