//! The baseline must be readable, all of it.
//!
//! Reads the problems that the baseline was read with. Each is a finding. It is known by its file and by the
//! field that it is about, never by its line or wording, which move with every edit; of several about one
//! field, as in two documents of one file, by which of them it is. The first [`FINDINGS_MAX`] are told one by
//! one, the rest as a number.

use std::collections::HashMap;
use std::sync::Arc;

use crate::baseline::Problem;
use crate::checks::{Check, Facts, Reads, Rule, object_of};
use crate::model::{CheckInfo, Declaration, Direction, Finding, Severity};

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "baseline/problem",
        severity: Severity::High,
        title: "problem in the baseline",
        why: "What cannot be read is not in force as it is written: the cluster is held against the last \
              good version of the document, or against the rest of it.",
        mend: "Correct the file at the line that is named; the baseline is read again at once.",
        references: &[],
    },
    reads: Reads::Kinds(&[]),
    rule: Rule::Cluster(evaluate),
};

/// How many problems are told one by one. A file that is no baseline at all may have one in every line.
const FINDINGS_MAX: usize = 100;

fn evaluate(facts: &Facts<'_>) -> Vec<Finding> {
    let problems = &facts.declared.problems;
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let told = problems.iter().take(FINDINGS_MAX).map(|problem| {
        let ordinal = seen.entry((&problem.file, &problem.path)).or_default();
        *ordinal += 1;
        finding(problem, *ordinal)
    });
    let mut findings: Vec<Finding> = told.collect();
    findings.extend(problems.get(FINDINGS_MAX).map(|_| rest(problems.len() - FINDINGS_MAX)));
    findings
}

/// The finding of the problem that is the `ordinal`th about its field, from 1 on.
fn finding(problem: &Problem, ordinal: usize) -> Finding {
    let Problem { file, line, path, message, .. } = problem;
    let declaration =
        Declaration { name: Arc::clone(file), digest: "".into(), file: Arc::clone(file), line: *line };
    let field = if path.is_empty() { "document" } else { path };
    Finding {
        object: object_of(file),
        exposed: None,
        key: if ordinal == 1 { field.to_owned() } else { format!("{field} {ordinal}") },
        direction: Direction::Loosened,
        count: 1,
        message: problem.to_string(),
        expected: "no problem".to_owned(),
        actual: message.clone(),
        path: path.clone(),
        remedy: String::new(),
        declaration: Some(Arc::new(declaration)),
    }
}

/// The finding of the problems that are not told one by one.
fn rest(count: usize) -> Finding {
    Finding {
        object: object_of(""),
        exposed: None,
        key: "rest".to_owned(),
        direction: Direction::Loosened,
        count: count as u64,
        message: format!("{count} problems in the baseline beyond the first {FINDINGS_MAX}"),
        expected: "no problem".to_owned(),
        actual: "more problems than are told".to_owned(),
        path: String::new(),
        remedy: String::new(),
        declaration: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use jiff::Timestamp;

    use super::*;
    use crate::baseline::Declared;
    use crate::checks::{Panics, Remembered};
    use crate::snapshot::Snapshot;

    fn problem(file: &str, line: u32, path: &str, message: &str) -> Problem {
        let (path, message) = (path.to_owned(), message.to_owned());
        Problem { file: file.into(), line, column: 3, path, message }
    }

    fn findings(problems: Vec<Problem>) -> Vec<Finding> {
        evaluate(&Facts {
            declared: &Declared { problems, ..Declared::hardened() },
            snapshot: &Snapshot::default(),
            panics: &Panics::new(),
            waiver_uses: &HashMap::new(),
            remembered: &Remembered::default(),
            now: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn a_baseline_without_problems_has_no_finding() {
        assert_eq!(findings(Vec::new()), []);
    }

    #[test]
    fn a_problem_is_found_with_its_place() {
        let problem = problem("b.yaml", 7, "spec.levl", "unknown field");
        let [finding] = findings(vec![problem]).try_into().unwrap();
        assert_eq!(finding.message, "b.yaml:7:3: spec.levl: unknown field");
        assert_eq!(finding.object.key.to_string(), "Baseline/b.yaml");
        assert_eq!((finding.key.as_str(), finding.path.as_str()), ("spec.levl", "spec.levl"));
        let declaration = finding.declaration.unwrap();
        assert_eq!((&*declaration.file, declaration.line), ("b.yaml", 7));
    }

    #[test]
    fn identities_hold_neither_line_nor_wording() {
        let keys = |line: u32, message: &str| {
            let at = |file, offset, path| problem(file, line + offset, path, message);
            let problems =
                [at("a.yaml", 0, ""), at("a.yaml", 1, ""), at("a.yaml", 2, "spec"), at("b.yaml", 0, "")];
            let identity = |it: Finding| (it.object.key.name.to_string(), it.key);
            findings(problems.into()).into_iter().map(identity).collect::<BTreeSet<_>>()
        };
        let one = |file: &str, key: &str| (file.to_owned(), key.to_owned());
        let expected = [
            one("a.yaml", "document"),
            one("a.yaml", "document 2"),
            one("a.yaml", "spec"),
            one("b.yaml", "document"),
        ];
        assert_eq!(keys(1, "one"), BTreeSet::from(expected));
        assert_eq!(keys(1, "one"), keys(9, "other"));
    }

    #[test]
    fn beyond_the_bound_problems_are_counted() {
        let many = |count: usize| {
            findings((1..).map(|line| problem("a.yaml", line, "", "bad")).take(count).collect())
        };
        assert_eq!(many(FINDINGS_MAX).len(), FINDINGS_MAX);
        let findings = many(FINDINGS_MAX + 5);
        assert_eq!(findings.len(), FINDINGS_MAX + 1);
        assert_eq!(findings[FINDINGS_MAX].count, 5);
        assert_eq!(findings[FINDINGS_MAX].message, "5 problems in the baseline beyond the first 100");
    }
}
