//! `forbiddenSysctls` and `allowedSysctls`: the kernel parameters that a pod may set, by name or by a prefix
//! that ends with `*`.
//!
//! What is forbidden is so even where it is allowed. Where there is a list of what is allowed, nothing else
//! is, the safe ones included, which `PodSecurityPolicy` let pass; the controls of the standards know the
//! safe ones. A name may be written with `/` between its parts instead of `.`, and is the same to the
//! kubelet.

use std::borrow::Cow;

use super::any_of;
use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Part, Remedy, Violation, Wrong};
use crate::snapshot::PodTemplate;

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    for (name, _) in &template.security.sysctls {
        if let Some(pattern) = matching(&profile.forbidden_sysctls, name) {
            violations.push(violation(name, format!("none of {pattern}")));
        } else if let Some(allowed) = &profile.allowed_sysctls
            && matching(allowed, name).is_none()
        {
            violations.push(violation(name, any_of(allowed)));
        }
    }
}

/// The first of the patterns that the name matches.
fn matching<'a>(patterns: &'a [String], name: &str) -> Option<&'a String> {
    let name = dotted(name);
    patterns.iter().find(|pattern| {
        let pattern = dotted(pattern);
        match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == pattern,
        }
    })
}

/// The name with `.` between its parts. Which of the two separates the parts is told by the first.
fn dotted(name: &str) -> Cow<'_, str> {
    if name.find(['.', '/']).is_none_or(|at| name[at..].starts_with('.')) {
        return name.into();
    }
    let swapped = name.chars().map(|letter| match letter {
        '.' => '/',
        '/' => '.',
        _ => letter,
    });
    swapped.collect::<String>().into()
}

fn violation(name: &str, expected: String) -> Violation {
    let wrong = Wrong {
        what: format!("sets the kernel parameter {name}"),
        expected: expected.into(),
        actual: name.to_owned(),
        remedy: Remedy::Remove,
    };
    Part::Pod.violation(&format!("securityContext.sysctls[{name}]"), wrong)
}
