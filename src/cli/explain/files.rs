//! A deviation that is looked for in files.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::deviation::Told;
use super::digits::Digits;
use crate::baseline::Declared;
use crate::cli::check::{judge_files, record};
use crate::cli::problem::{Problem, told};

/// The deviation, waived or not, whose id begins with the digits.
pub(super) fn find(paths: &[PathBuf], declared: &Arc<Declared>, digits: &Digits) -> anyhow::Result<Told> {
    let verdict = judge_files(paths, declared);
    let standing = verdict.deviations.iter().map(|it| (&**it, None));
    let excused = verdict.waived.iter().map(|it| (&it.deviation, Some(&it.waiver)));
    let all = standing.chain(excused);
    let found = all.filter(|(deviation, _)| digits.begin(&deviation.id.to_string())).collect();
    let (deviation, waiver) = digits.only(found).map_err(|error| with_problems(&error, &verdict.problems))?;
    let record =
        serde_json::to_string(&record(deviation, &verdict)).context("failed to write the deviation")?;
    let mut told: Told = serde_json::from_str(&record).context("failed to read the deviation")?;
    told.waiver = waiver.map(|it| format!("by {} until {}: {}", it.owner, it.expires, it.reason));
    Ok(told)
}

/// The error, and below it what could not be judged: the deviation may be there.
fn with_problems(error: &anyhow::Error, problems: &[Problem]) -> anyhow::Error {
    let told = if problems.is_empty() { String::new() } else { format!("\n{}", told(problems)) };
    anyhow!("{error}{told}")
}
