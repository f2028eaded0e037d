//! `runtimeClasses`: the runtime classes that a pod may name; `*` allows any. A pod that names none is let
//! pass.

use super::{any_of, remedy};
use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Part, Violation, Wrong, shown};
use crate::snapshot::PodTemplate;

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let (Some(allowed), Some(class)) = (&profile.runtime_classes, &template.runtime_class) else { return };
    if allowed.iter().any(|it| it == "*" || **it == **class) {
        return;
    }
    let expected = any_of(allowed);
    let wrong = Wrong {
        what: format!("has the runtime class {}", shown(class)),
        remedy: remedy(&expected),
        expected: expected.into(),
        actual: shown(class),
    };
    violations.push(Part::Pod.violation("runtimeClassName", wrong));
}
