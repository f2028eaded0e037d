//! Label selectors, as they are written.

use std::collections::BTreeSet;

use crate::network::fault::{Faults, Field, Told};
use crate::network::selector::{Operator, Requirement, Selector};
use crate::wire::{LabelSelector, LabelSelectorRequirement};

/// How long a value of a label, and a name within its key, may be.
const LABEL_MAX: usize = 63;

/// How long the prefix of a label's key may be.
const PREFIX_MAX: usize = 253;

pub(super) fn compile(selector: &LabelSelector, field: Field<'_>, faults: &mut Faults) -> Selector {
    for (key, value) in &selector.match_labels {
        check_key(key, field.child("matchLabels"), faults);
        check_value(value, field.child("matchLabels"), faults);
    }
    let equal = selector.match_labels.iter();
    let requirements = selector.match_expressions.iter().enumerate();
    Selector {
        equal: equal.map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect(),
        requirements: requirements
            .filter_map(|(place, it)| compile_requirement(it, field.entry("matchExpressions", place), faults))
            .collect(),
    }
}

/// The requirement; none where its operator is none, which is told.
fn compile_requirement(
    requirement: &LabelSelectorRequirement,
    field: Field<'_>,
    faults: &mut Faults,
) -> Option<Requirement> {
    let LabelSelectorRequirement { key, operator, values } = requirement;
    check_key(key, field.child("key"), faults);
    for (place, value) in values.iter().enumerate() {
        check_value(value, field.entry("values", place), faults);
    }
    let listed = || {
        let listed: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        listed.into_iter().map(Into::into).collect()
    };
    let compiled = match operator.as_str() {
        "In" => Operator::In(listed()),
        "NotIn" => Operator::NotIn(listed()),
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => {
            let message = format!("{} is none of In, NotIn, Exists and DoesNotExist", Told(other));
            faults.add(field.child("operator"), message);
            return None;
        }
    };
    let has_values = matches!(compiled, Operator::In(_) | Operator::NotIn(_));
    if has_values && values.is_empty() {
        faults.add(field.child("values"), format!("no value, expected one at least for {operator}"));
    } else if !has_values && !values.is_empty() {
        faults.add(field.child("values"), format!("values, expected none for {operator}"));
    }
    Some(Requirement { key: key.as_str().into(), operator: compiled })
}

fn check_key(key: &str, field: Field<'_>, faults: &mut Faults) {
    if !is_key(key) {
        faults.add(field, format!("{} is no key of a label", Told(key)));
    }
}

fn check_value(value: &str, field: Field<'_>, faults: &mut Faults) {
    if !is_value(value) {
        faults.add(field, format!("{} is no value of a label", Told(value)));
    }
}

/// Whether it is a qualified name: `name` or `prefix/name`, the prefix a domain.
pub fn is_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    !name.is_empty() && is_value(name) && prefix.is_none_or(is_domain)
}

fn is_domain(name: &str) -> bool {
    let ends = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let is_part = |part: &str| {
        part.starts_with(ends) && part.ends_with(ends) && part.chars().all(|it| ends(it) || it == '-')
    };
    name.len() <= PREFIX_MAX && name.split('.').all(is_part)
}

/// Whether labels may have this value.
pub fn is_value(value: &str) -> bool {
    let ends = |it: char| it.is_ascii_alphanumeric();
    value.is_empty()
        || (value.len() <= LABEL_MAX
            && value.starts_with(ends)
            && value.ends_with(ends)
            && value.chars().all(|it| ends(it) || matches!(it, '-' | '_' | '.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_have_their_limits() {
        let (name, longer) = ("n".repeat(LABEL_MAX), "n".repeat(LABEL_MAX + 1));
        let domain = format!("{}.d", "d".repeat(PREFIX_MAX - 2));
        for key in ["a", "A.b_c-9", "example.com/a", &name, &format!("{domain}/{name}")] {
            assert!(is_key(key), "{key}");
        }
        let too_long = [format!("e{domain}/a"), format!("example.com/{longer}")];
        let wrong = ["", "/a", "example.com/", "a/b/c", "-a", "a-", "a b", "Example.com/a", "e..com/a", "ä"];
        for key in wrong.into_iter().chain([&*longer]).chain(too_long.iter().map(String::as_str)) {
            assert!(!is_key(key), "{key}");
        }
        assert!(is_value("") && is_value(&name) && is_value("1.2_3-x"));
        assert!(
            !is_value(&longer) && !is_value("-x") && !is_value("x.") && !is_value("x/y") && !is_value("\n")
        );
    }
}
