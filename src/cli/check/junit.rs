//! The report as JUnit XML: a suite for each check, a case for each of its deviations, and one that passes where there is
//! none.

mod xml;

use std::collections::HashMap;
use std::io::{self, Write};

use super::verdict::{Blind, Excused, Verdict};
use crate::checks::{BASELINE_PROBLEM, CHECKS, Check};
use crate::cli::problem::Problem;
use crate::model::Deviation;
use xml::Xml;

/// What is wrong with the input is no matter of a check.
const INPUT: &str = "input";

struct Suite<'a> {
    name: &'static str,
    cases: Vec<Case<'a>>,
}

enum Case<'a> {
    /// The check of this title found nothing.
    Passed(&'static str),
    Failed(&'a Deviation),
    Waived(&'a Excused),
    Blind(&'a Blind),
    Problem(&'a Problem),
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

pub(super) fn render(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(verdict);
    let counts = suites.iter().fold(Counts::default(), |counts, suite| suite.add_to(counts));
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="plimsoll"{}>"#, counts.attributes())?;
    for suite in &suites {
        let counts = suite.add_to(Counts::default());
        writeln!(out, r#"  <testsuite name="{}"{}>"#, suite.name, counts.attributes())?;
        for case in &suite.cases {
            put_case(suite.name, case, verdict, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// The suites, in the order of the table of checks.
fn suites(verdict: &Verdict) -> Vec<Suite<'_>> {
    let mut cases: HashMap<&str, Vec<Case<'_>>> = HashMap::new();
    let mut put = |check, case| cases.entry(check).or_default().push(case);
    verdict.deviations.iter().for_each(|it| put(it.check.id, Case::Failed(it)));
    verdict.blind.iter().for_each(|it| put(it.check, Case::Blind(it)));
    verdict.waived.iter().for_each(|it| put(it.deviation.check.id, Case::Waived(it)));
    // What is wrong with the baseline is told with the input.
    let checks = CHECKS.iter().filter(|it| it.info.id != BASELINE_PROBLEM.info.id);
    let mut suites: Vec<Suite<'_>> = checks
        .map(|Check { info, .. }| {
            let cases = cases.remove(info.id).unwrap_or_else(|| vec![Case::Passed(info.title)]);
            Suite { name: info.id, cases }
        })
        .collect();
    if !verdict.problems.is_empty() {
        suites.push(Suite { name: INPUT, cases: verdict.problems.iter().map(Case::Problem).collect() });
    }
    suites
}

impl Suite<'_> {
    fn add_to(&self, mut counts: Counts) -> Counts {
        counts.tests += self.cases.len();
        for case in &self.cases {
            match case {
                Case::Passed(_) => {}
                Case::Failed(_) => counts.failures += 1,
                Case::Waived(_) => counts.skipped += 1,
                Case::Blind(_) | Case::Problem(_) => counts.errors += 1,
            }
        }
        counts
    }
}

impl Counts {
    fn attributes(self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!(r#" tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}""#)
    }
}

fn put_case(suite: &str, case: &Case<'_>, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    write!(out, r#"    <testcase classname="{suite}" name=""#)?;
    match case {
        Case::Passed(title) => writeln!(out, r#"{}"/>"#, Xml(title)),
        Case::Failed(deviation) => put_failure(deviation, verdict, out),
        Case::Waived(Excused { deviation, waiver }) => {
            let why = format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
            writeln!(out, r#"{}"><skipped message="{}"/></testcase>"#, Xml(name(deviation)), Xml(why))
        }
        Case::Blind(blind) => {
            let name = format!("sees every {}", blind.kind);
            writeln!(out, r#"{}"><error type="blind" message="{}"/></testcase>"#, Xml(name), Xml(blind))
        }
        Case::Problem(problem) => {
            writeln!(out, r#"{0}"><error type="problem" message="{0}"/></testcase>"#, Xml(problem))
        }
    }
}

/// What the case of a deviation is called: the same in every run, so that runs can be compared.
fn name(deviation: &Deviation) -> String {
    format!("{} {}", deviation.finding.object.key, deviation.finding.key)
}

fn put_failure(deviation: &Deviation, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let finding = &deviation.finding;
    write!(out, r#"{}""#, Xml(name(deviation)))?;
    if let Some((file, line)) = verdict.place(&finding.object.key) {
        write!(out, r#" file="{}" line="{line}""#, Xml(file))?;
    }
    let (severity, message) = (deviation.severity, Xml(&finding.message));
    writeln!(out, "><failure type=\"{severity}\" message=\"{message}\">")?;
    for (title, text) in [
        ("direction", finding.direction.as_str()),
        ("path", &finding.path),
        ("expected", &finding.expected),
        ("actual", &finding.actual),
        ("what to do", deviation.remedy()),
        ("deviation", &deviation.id.to_string()),
    ] {
        writeln!(out, "{title}: {}", Xml(text))?;
    }
    writeln!(out, "</failure></testcase>")
}

#[cfg(test)]
mod tests;
