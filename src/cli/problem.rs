//! What is wrong with something that a command was given to judge.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::baseline;
use crate::wire::Fault;

/// Something that could not be judged as it was meant. The order is that of reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Problem {
    file: String,
    /// From 1 on; none where the file as a whole is meant.
    line: Option<u32>,
    /// From 1 on; none where it is not known.
    column: Option<u32>,
    message: String,
}

impl Problem {
    /// A problem of a file or directory as a whole.
    pub(super) fn of_path(path: &Path, message: impl Into<String>) -> Self {
        Self::of_file(&path.display().to_string(), message)
    }

    pub(super) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, column: None, message: message.into() }
    }

    pub(super) fn of_line(file: &str, line: u32, message: String) -> Self {
        Self { file: file.to_owned(), line: Some(line), column: None, message }
    }

    pub(super) fn of_fault(file: &str, fault: Fault) -> Self {
        let Fault { line, column, message } = fault;
        Self { column, ..Self::of_line(file, line, message) }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn line(&self) -> Option<u32> {
        self.line
    }

    pub(super) fn column(&self) -> Option<u32> {
        self.column
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// How many problems are told with an error; `check` tells them all.
const TOLD_MAX: usize = 20;

/// The problems for an error, one a line.
pub(super) fn told(problems: &[Problem]) -> String {
    let lines = problems.iter().take(TOLD_MAX).map(Problem::to_string);
    let more = problems.len().saturating_sub(TOLD_MAX);
    let more = (more > 0).then(|| format!("and {more} more problems"));
    lines.chain(more).collect::<Vec<_>>().join("\n")
}

impl From<&baseline::Problem> for Problem {
    fn from(problem: &baseline::Problem) -> Self {
        let baseline::Problem { file, line, column, path, message } = problem;
        let message = if path.is_empty() { message.clone() } else { format!("{path}: {message}") };
        Self { column: Some(*column), ..Self::of_line(file, *line, message) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)
    }
}
