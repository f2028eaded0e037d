//! `hostPorts`: the ports of the host that containers may take, those included that `hostNetwork` gives them.

use super::{ranges, remedy};
use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Part, Violation, Wrong, list};
use crate::snapshot::PodTemplate;

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(allowed) = &profile.host_ports else { return };
    for container in &template.containers {
        let outside = || container.host_ports.iter().filter(|port| !ranges::hold(allowed, i64::from(**port)));
        if outside().next().is_none() {
            continue;
        }
        let expected = ranges::shown(allowed);
        let wrong = Wrong {
            what: format!("takes {} of the ports of its node", list(outside())),
            remedy: remedy(&expected),
            expected: expected.into(),
            actual: list(outside()),
        };
        violations.push(Part::Container(container).violation("ports.hostPort", wrong));
    }
}
