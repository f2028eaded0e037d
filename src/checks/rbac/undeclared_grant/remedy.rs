//! The smallest change after which nothing is granted but what is declared.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::rights::unbind;
use crate::model::ObjectKey;
use crate::rbac::{Binding, Grants, Path};

/// How many changes to roles and to declared bindings are told each.
const STEPS_MAX: usize = 20;

/// Of how many roles it is told what is to be taken out of them.
const TOLD_MAX: usize = 5;

/// What to do about these ways, of which none is declared with all that it grants. What stays is a binding that is
/// declared: what its role has beyond the declared one, as `undeclared` tells it of some ways, is what goes.
pub(super) fn remedy(
    declared: &Grants,
    subject: &ObjectKey,
    paths: &[Path],
    undeclared: impl Fn(Vec<Path>) -> Option<String>,
) -> String {
    let mut grown: BTreeMap<&ObjectKey, Vec<Path>> = BTreeMap::new();
    let mut changed = BTreeSet::new();
    let mut others = Vec::new();
    for path in paths {
        let key = &path.binding.key;
        match declared.binding(key).filter(|it| names(it, subject)) {
            Some(binding) if binding.role.as_ref() == Some(&path.role) => {
                grown.entry(&path.rule.role).or_default().push(path.clone());
            }
            Some(_) => drop(changed.insert(key)),
            None => others.push(path.clone()),
        }
    }
    let grown = grown.into_iter().take(STEPS_MAX).enumerate().map(|(at, (role, paths))| {
        let told = if at < TOLD_MAX { undeclared(paths) } else { None };
        format!("take {} out of {role}", told.as_deref().unwrap_or("what is not declared"))
    });
    let restored = changed.iter().take(STEPS_MAX).map(|key| format!("restore {key} as it is declared"));
    let unbound = (!others.is_empty()).then(|| unbind(subject, &others));
    let steps: Vec<String> = grown.chain(restored).chain(unbound).collect();
    format!("{}, or declare it", steps.join(", "))
}

fn names(binding: &Binding, subject: &ObjectKey) -> bool {
    binding.subjects.iter().any(|it| it.key == *subject)
}
