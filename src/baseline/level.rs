//! The levels and versions of the Pod Security Standards.

use std::fmt;

/// A level of the Pod Security Standards. The order is from the loosest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Privileged,
    Baseline,
    Restricted,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Privileged, Self::Baseline, Self::Restricted];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    /// The level of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A version of the Pod Security Standards: a minor version of Kubernetes 1, or the newest that is known.
///
/// The order is from the oldest to the newest; `latest` is beyond every minor version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u16);

impl Version {
    pub const LATEST: Self = Self(u16::MAX);

    /// The version `v1.MINOR`.
    pub const fn minor(minor: u16) -> Self {
        Self(minor)
    }

    /// `latest` or `v1.MINOR`, as Kubernetes' labels have it: without leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::LATEST);
        }
        let digits = text.strip_prefix("v1.")?;
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = digits == "0" || !digits.starts_with('0');
        let minor = digits.parse().ok().filter(|minor| *minor < u16::MAX)?;
        (plain && canonical).then_some(Self(minor))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::LATEST { f.write_str("latest") } else { write!(f, "v1.{}", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_with_the_latest_last() {
        assert!(Version::minor(9) < Version::minor(10));
        assert!(Version::minor(37) < Version::LATEST);
    }

    #[test]
    fn versions_are_read_as_kubernetes_writes_them() {
        for text in ["latest", "v1.0", "v1.8", "v1.37", "v1.100"] {
            assert_eq!(Version::parse(text).map(|it| it.to_string()).as_deref(), Some(text));
        }
        for text in ["", "v1.", "1.22", "v1.08", "v2.0", "v1.-1", "v1.+1", "v1.65535", "Latest", "v1.2.3"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
