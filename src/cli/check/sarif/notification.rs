//! What could not be judged, as notifications of the run.

use serde::{Serialize, Serializer};

use super::Message;
use super::place::Location;
use super::rule::index;
use crate::cli::check::verdict::{Blind, Verdict};
use crate::cli::problem::Problem;

const BLIND: &str = "blind";
const PROBLEM: &str = "problem";

/// What notifications are about.
pub(super) const KINDS: [NotificationKind; 2] = [
    NotificationKind::new(BLIND, "A check could not see a kind that it needs, and judged nothing by it."),
    NotificationKind::new(
        PROBLEM,
        "Something of the input or the baseline could not be judged as it was meant.",
    ),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationKind {
    id: &'static str,
    short_description: Description,
}

#[derive(Serialize)]
struct Description {
    text: &'static str,
}

impl NotificationKind {
    const fn new(id: &'static str, text: &'static str) -> Self {
        Self { id, short_description: Description { text } }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Notifications<'a>,
}

impl<'a> Invocation<'a> {
    pub(super) fn of(verdict: &'a Verdict) -> Self {
        Self {
            execution_successful: verdict.is_whole(),
            exit_code: verdict.status(),
            tool_execution_notifications: Notifications(verdict),
        }
    }
}

struct Notifications<'a>(&'a Verdict);

impl Serialize for Notifications<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let blind = self.0.blind.iter().map(Notification::of_blind);
        let problems = self.0.problems.iter().map(Notification::of_problem);
        serializer.collect_seq(blind.chain(problems))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    descriptor: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<Reference>,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

#[derive(Serialize)]
struct Reference {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

impl Reference {
    fn to_kind(id: &'static str) -> Self {
        Self { id, index: KINDS.iter().position(|it| it.id == id) }
    }
}

impl Notification {
    fn of_blind(blind: &Blind) -> Self {
        Self {
            descriptor: Reference::to_kind(BLIND),
            associated_rule: Some(Reference { id: blind.check, index: index(blind.check) }),
            level: "error",
            message: Message::of(blind),
            locations: Vec::new(),
        }
    }

    fn of_problem(problem: &Problem) -> Self {
        Self {
            descriptor: Reference::to_kind(PROBLEM),
            associated_rule: None,
            level: "error",
            message: Message::of(problem.message()),
            locations: vec![Location::of_problem(problem)],
        }
    }
}
