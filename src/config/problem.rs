//! What is wrong with the settings, and where.

use std::fmt;

/// Where a value was given. The order is that of reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Lines and columns start at 1; columns count characters.
    File { path: String, line: usize, column: usize },
    /// An environment variable.
    Variable(String),
    /// A flag, without its dashes.
    Flag(String),
    /// The embedded configuration.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("not TOML: {0}")]
    Syntax(String),
    #[error("unknown section [{name}]{}", did_you_mean(nearest.as_deref()))]
    UnknownSection { name: String, nearest: Option<String> },
    #[error("unknown setting `{name}`{}", did_you_mean(nearest.as_deref()))]
    UnknownSetting { name: String, nearest: Option<String> },
    #[error("unknown variable{}", did_you_mean(nearest.as_deref()))]
    UnknownVariable { nearest: Option<String> },
    #[error("the value is not UTF-8")]
    NotUtf8,
    /// `name` was given something of another type, beyond its bounds or outside its words.
    #[error("`{name}` expects {expected}, found {found}{}", did_you_mean(nearest.as_deref()))]
    Unexpected { name: String, expected: String, found: String, nearest: Option<String> },
    /// The value has the right shape and makes no sense.
    #[error("`{name}` {reason}")]
    Refused { name: String, reason: String },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// One mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub origin: Origin,
    pub fault: Fault,
}

/// Every mistake in the settings, at least one, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { origin, fault }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{origin}: {fault}")?;
        }
        Ok(())
    }
}
