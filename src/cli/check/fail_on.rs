//! Which deviations make the command fail.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::model::{Deviation, Direction, Severity};

/// A word of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailOn {
    /// What is as severe as this, or more so.
    Severity(Severity),
    /// What is less safe than declared.
    Loosened,
}

impl FailOn {
    const ALL: [Self; 6] = [
        Self::Severity(Severity::Critical),
        Self::Severity(Severity::High),
        Self::Severity(Severity::Medium),
        Self::Severity(Severity::Low),
        Self::Severity(Severity::Info),
        Self::Loosened,
    ];

    fn counts(self, deviation: &Deviation) -> bool {
        match self {
            // The worst comes first in the order of severities.
            Self::Severity(severity) => deviation.severity <= severity,
            Self::Loosened => deviation.finding.direction == Direction::Loosened,
        }
    }
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Severity(severity) => severity.as_str(),
            Self::Loosened => Direction::Loosened.as_str(),
        }))
    }
}

/// Whether the deviation is one for which the command fails: one that any of the words is about. Without a word, each is.
pub(super) fn fails(words: &[FailOn], deviation: &Deviation) -> bool {
    words.is_empty() || words.iter().any(|word| word.counts(deviation))
}

#[cfg(test)]
mod tests {
    use super::super::sample::deviation;
    use super::*;

    #[test]
    fn a_severity_takes_in_what_is_worse() {
        let medium = deviation("web", Severity::Medium);
        for (word, expected) in [
            (Severity::Critical, false),
            (Severity::High, false),
            (Severity::Medium, true),
            (Severity::Low, true),
            (Severity::Info, true),
        ] {
            assert_eq!(fails(&[FailOn::Severity(word)], &medium), expected, "{word}");
        }
    }

    #[test]
    fn what_is_tightened_is_not_loosened() {
        let mut info = deviation("web", Severity::Info);
        assert!(fails(&[FailOn::Loosened], &info));
        info.finding.direction = Direction::Tightened;
        assert!(!fails(&[FailOn::Loosened], &info));
        assert!(fails(&[FailOn::Loosened, FailOn::Severity(Severity::Info)], &info), "any of the words");
        assert!(fails(&[], &info), "without a word everything counts");
    }
}
