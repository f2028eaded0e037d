//! `allowedCapabilities` and `requiredDropCapabilities`: what containers may add, and what they must drop.
//!
//! `*` allows any capability to be added. What must be dropped has to stand in the list by its name, or be
//! covered by `ALL` there and not be added again; `PodSecurityPolicy` took no notice of `ALL`, and would have
//! had a container name what it had dropped already.

use super::any_of;
use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Part, Remedy, UNSET, Violation, Wrong, list};
use crate::snapshot::{Container, PodTemplate};

pub(super) fn judge_added(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(allowed) = &profile.allowed_capabilities else { return };
    let is_allowed = |capability: &str| allowed.iter().any(|it| it == "*" || it == capability);
    for container in &template.containers {
        let forbidden = || container.added_capabilities.iter().filter(|it| !is_allowed(it));
        if forbidden().next().is_none() {
            continue;
        }
        let forbidden = list(forbidden());
        let wrong = Wrong {
            what: format!("adds {forbidden} to its capabilities"),
            expected: any_of(allowed).into(),
            actual: forbidden.clone(),
            remedy: Remedy::Without(forbidden),
        };
        violations.push(Part::Container(container).violation("securityContext.capabilities.add", wrong));
    }
}

pub(super) fn judge_dropped(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let required = &profile.required_drop_capabilities;
    for container in &template.containers {
        let kept = || required.iter().filter(|capability| !drops(container, capability));
        if kept().next().is_none() {
            continue;
        }
        let dropped = list(&container.dropped_capabilities);
        let wrong = Wrong {
            what: format!("does not drop the capabilities {}", list(kept())),
            expected: list(required).into(),
            actual: if dropped.is_empty() { UNSET.to_owned() } else { dropped },
            remedy: Remedy::Set(format!("a list with {}", list(required)).into()),
        };
        violations.push(Part::Container(container).violation("securityContext.capabilities.drop", wrong));
    }
}

fn drops(container: &Container, capability: &str) -> bool {
    let is_dropped = |capability: &str| container.dropped_capabilities.iter().any(|it| **it == *capability);
    let is_added = || container.added_capabilities.iter().any(|it| **it == *capability);
    is_dropped(capability) || (is_dropped("ALL") && !is_added())
}
