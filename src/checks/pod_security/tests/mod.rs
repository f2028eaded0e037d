//! The controls, one clean pod with one mutation each.

mod case;
mod roll_up;

use std::collections::BTreeSet;

use super::{CONTROLS, judge};
use crate::baseline::{Level, Version};
use crate::checks::CHECKS;
use case::{Case, clean, template_of};

/// The newest minor version that changed a control is 37.
const NEWEST: u16 = 37;

#[test]
fn each_case_violates_what_it_says_at_every_level_and_version() {
    let cases = Case::all();
    assert!(cases.len() > 130, "only {} cases were read", cases.len());
    for case in &cases {
        let template = template_of(&case.pod);
        for level in Level::ALL {
            for minor in 0..=NEWEST {
                let found = ids(judge(&template, level, Version::minor(minor)));
                assert_eq!(found, case.expected(level, minor), "{} at {level}:v1.{minor}", case.text);
            }
        }
    }
}

#[test]
fn versions_beyond_the_newest_are_as_the_newest() {
    for case in Case::all() {
        let template = template_of(&case.pod);
        for level in Level::ALL {
            let newest = judge(&template, level, Version::minor(NEWEST));
            assert_eq!(judge(&template, level, Version::minor(99)), newest, "{}", case.text);
            assert_eq!(judge(&template, level, Version::LATEST), newest, "{}", case.text);
        }
    }
}

#[test]
fn each_control_has_a_case_that_violates_it() {
    let cases = Case::all();
    for control in CONTROLS {
        let id = control.check.info.id;
        let said = |case: &Case| (0..=NEWEST).any(|minor| case.expected(control.level, minor).contains(id));
        assert!(cases.iter().any(said), "no case violates {id}");
    }
}

#[test]
fn the_clean_pod_is_clean_everywhere() {
    let template = template_of(&clean());
    assert_eq!(template.containers.len(), 3);
    for minor in 0..=NEWEST {
        assert_eq!(judge(&template, Level::Restricted, Version::minor(minor)), [], "v1.{minor}");
    }
}

#[test]
fn violations_say_what_is_wrong_where_and_what_to_write_instead() {
    let mut lines = BTreeSet::new();
    for case in Case::all() {
        let template = template_of(&case.pod);
        for (level, version) in [
            (Level::Baseline, Version::minor(18)),
            (Level::Baseline, Version::LATEST),
            (Level::Restricted, Version::LATEST),
        ] {
            for (id, it) in judge(&template, level, version) {
                let what = if it.part.is_empty() { it.what } else { format!("{}: {}", it.part, it.what) };
                let (wrong, mend) = (format!("{} is {}, not {}", it.path, it.actual, it.expected), it.remedy);
                lines.insert(format!("{id} {}\n  {what}\n  {wrong}\n  {}", it.key, mend.at(&it.path)));
            }
        }
    }
    insta::assert_snapshot!(Vec::from_iter(lines).join("\n"));
}

#[test]
fn every_control_is_in_the_table_of_checks() {
    let ids: Vec<&str> = CONTROLS.iter().map(|control| control.check.info.id).collect();
    assert!(ids.is_sorted());
    for control in CONTROLS {
        assert!(CHECKS.iter().any(|check| std::ptr::eq(*check, &raw const control.check)), "{control:?}");
    }
}

#[test]
fn a_clean_pod_is_judged_without_allocating() {
    let template = template_of(&clean());
    let allocated = tikv_jemalloc_ctl::thread::allocatedp::read().unwrap();
    let before = allocated.get();
    let violations = judge(&template, Level::Restricted, Version::LATEST);
    assert_eq!(allocated.get(), before);
    assert_eq!(violations, []);
}

#[test]
fn what_somebody_chose_freely_is_bounded() {
    let mut pod = clean();
    let capabilities: Vec<String> = (0..1000).map(|number| format!("{number:0>10000}")).collect();
    pod["spec"]["containers"][0]["securityContext"]["capabilities"]["add"] = capabilities.into();
    let violations = judge(&template_of(&pod), Level::Restricted, Version::LATEST);
    let [(_, violation)] = &violations[..] else { panic!("{violations:?}") };
    assert!(violation.actual.len() < 5000, "{}", violation.actual.len());
    assert!(violation.actual.contains("… and 984 more (#"), "{}", violation.actual);
}

fn ids(violations: Vec<(&'static str, super::Violation)>) -> BTreeSet<&'static str> {
    violations.into_iter().map(|(id, _)| id).collect()
}
