//! What is declared of behaviour: `spec.behaviour`.

use jiff::SignedDuration;

use super::field::{Table, optional, required};
use super::reader::{Reader, Value};

/// `spec.behaviour`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behaviour {
    pub restarts: Option<Restarts>,
    /// `exec: forbid`: to run a command in a container is a deviation.
    pub forbid_exec: bool,
    /// `ephemeralContainers: forbid`: to add one to a pod is a deviation.
    pub forbid_ephemeral_containers: bool,
}

/// How often containers may restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restarts {
    pub max: u32,
    /// The span of time in which they are counted; longer than nothing.
    pub within: SignedDuration,
}

pub(super) static TABLE: Table = Table {
    path: "spec.behaviour",
    fields: &[
        optional(
            "restarts",
            "a mapping such as {max: 5, within: 10m}",
            "How often the containers of a pod may restart.",
        ),
        optional("exec", "forbid", "To run a command in a container is a deviation."),
        optional("ephemeralContainers", "forbid", "To add an ephemeral container to a pod is a deviation."),
    ],
};

pub(super) static RESTARTS: Table = Table {
    path: "spec.behaviour.restarts",
    fields: &[
        required("max", "a whole number from 0 to 1000000", "So many restarts are no deviation yet."),
        required("within", "a duration such as 10m or 1h30m", "The span of time in which they are counted."),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Behaviour> {
    let fields = value.fields(reader, &TABLE)?;
    let restarts = fields.get("restarts");
    let mut forbids = |name| fields.get(name).and_then(|it| it.word(reader, &["forbid"])).is_some();
    let (forbid_exec, forbid_ephemeral_containers) = (forbids("exec"), forbids("ephemeralContainers"));
    let restarts = restarts.and_then(|it| read_restarts(&it, reader));
    Some(Behaviour { restarts, forbid_exec, forbid_ephemeral_containers })
}

fn read_restarts(value: &Value<'_>, reader: &mut Reader) -> Option<Restarts> {
    let fields = value.fields(reader, &RESTARTS)?;
    let max = fields.get("max").and_then(|it| it.number(reader, 0..=1_000_000));
    let within = fields.get("within").and_then(|it| it.parsed(reader, parse_duration));
    Some(Restarts { max: max.and_then(|max| u32::try_from(max).ok())?, within: within? })
}

fn parse_duration(text: &str) -> Option<SignedDuration> {
    text.parse().ok().filter(SignedDuration::is_positive)
}
