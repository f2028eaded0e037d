//! What is wrong with a policy, and in which field.

use std::fmt;

/// Something that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Such as `spec.ingress[0].ports[1].endPort`.
    pub field: String,
    /// What was found there, and what is expected. It may hold any character of what was written.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// How many faults of one policy are told; of more, the first ones.
const FAULTS_MAX: usize = 20;

/// How many characters of a value are told.
const VALUE_CHARS_MAX: usize = 80;

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, field: Field<'_>, message: impl fmt::Display) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Fault { field: field.to_string(), message: message.to_string() });
        }
    }

    /// What was read, if nothing is wrong with it.
    pub(super) fn or<T>(self, read: T) -> Result<T, Vec<Fault>> {
        if self.0.is_empty() { Ok(read) } else { Err(self.0) }
    }
}

/// Where something is written. It becomes text only if something is wrong there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    above: Option<&'a Field<'a>>,
    name: &'static str,
    place: Option<usize>,
}

impl Field<'static> {
    pub(super) const SPEC: Self = Self { above: None, name: "spec", place: None };
}

impl Field<'_> {
    /// The field of this name in what is here.
    pub(super) fn child(&self, name: &'static str) -> Field<'_> {
        Field { above: Some(self), name, place: None }
    }

    /// An entry of the list of this name.
    pub(super) fn entry(&self, name: &'static str, place: usize) -> Field<'_> {
        Field { above: Some(self), name, place: Some(place) }
    }
}

impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}.")?;
        }
        f.write_str(self.name)?;
        self.place.map_or(Ok(()), |place| write!(f, "[{place}]"))
    }
}

/// A value as it is told: in quotes, and cut where it is long.
pub(super) struct Told<'a>(pub(super) &'a str);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(VALUE_CHARS_MAX) {
            None => write!(f, "'{}'", self.0),
            Some((at, _)) => write!(f, "'{}...'", &self.0[..at]),
        }
    }
}
