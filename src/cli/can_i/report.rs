//! The answer in JSON.

use serde::Serialize;

use super::Person;
use crate::cli::ask::{Asked, Named, Ready, Via};
use crate::cli::problem::Problem;
use crate::rbac::Allowed;

const SCHEMA: &str = "plimsoll.dev/can-i/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    question: Asked<'a>,
    user: Named<'a>,
    groups: Vec<&'a str>,
    allowed: bool,
    /// It is allowed whatever is bound, because the user is in the group `system:masters`.
    masters: bool,
    /// One way by which it is allowed; null where it is not, or whatever is bound.
    via: Option<Via<'a>>,
    problems: &'a [Problem],
}

pub(super) fn render(ready: &Ready, person: &Person, allowed: Option<&Allowed>) -> String {
    let via = match allowed {
        Some(Allowed::By(path)) => Some(Via::of(path)),
        Some(Allowed::Masters) | None => None,
    };
    let report = Report {
        schema: SCHEMA,
        question: Asked::of(&ready.question),
        user: Named::of(&person.user),
        groups: person.groups.iter().map(|group| &*group.name).collect(),
        allowed: allowed.is_some(),
        masters: allowed == Some(&Allowed::Masters),
        via,
        problems: ready.problems(),
    };
    serde_json::to_string_pretty(&report).expect("a report has only string keys") + "\n"
}
