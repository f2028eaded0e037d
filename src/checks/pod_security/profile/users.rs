//! The users and groups that containers may be.
//!
//! `runAsUser` and `runAsGroup`: what applies to a container, its own or else the pod's, must be set and in a
//! range, as by the rule `MustRunAs`. Left open, the image chooses, and may choose root.
//!
//! `fsGroup` and `supplementalGroups`: every group that is set must be in a range, as by the rule `MayRunAs`.
//! Left open, the pod is given no group at all, so that there is nothing to hold against a range; `MustRunAs`
//! asked for one because it had filled one in.

use super::setting::Setting;
use super::{ranges, remedy};
use crate::baseline::{Ids, Profile};
use crate::checks::pod_security::violation::{Part, Violation, Wrong, list};
use crate::snapshot::PodTemplate;

pub(super) fn judge_user(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(Ids { ranges }) = &profile.run_as_user else { return };
    let setting = Setting {
        template,
        field: "securityContext.runAsUser",
        noun: "user",
        of_pod: template.security.run_as_user,
        of_container: |_, container| container.run_as_user,
    };
    let is_allowed = |user: Option<i64>| user.is_some_and(|user| ranges::hold(ranges, user));
    setting.judge(is_allowed, |user| user.to_string(), || ranges::shown(ranges), violations);
}

pub(super) fn judge_group(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(Ids { ranges }) = &profile.run_as_group else { return };
    let setting = Setting {
        template,
        field: "securityContext.runAsGroup",
        noun: "group",
        of_pod: template.security.run_as_group,
        of_container: |_, container| container.run_as_group,
    };
    let is_allowed = |group: Option<i64>| group.is_some_and(|group| ranges::hold(ranges, group));
    setting.judge(is_allowed, |group| group.to_string(), || ranges::shown(ranges), violations);
}

pub(super) fn judge_fs_group(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(ids) = &profile.fs_group else { return };
    let groups = template.security.fs_group.as_slice();
    judge_groups("securityContext.fsGroup", ids, groups, violations);
}

pub(super) fn judge_supplemental_groups(
    profile: &Profile,
    template: &PodTemplate,
    violations: &mut Vec<Violation>,
) {
    let Some(ids) = &profile.supplemental_groups else { return };
    let groups = &template.security.supplemental_groups;
    judge_groups("securityContext.supplementalGroups", ids, groups, violations);
}

fn judge_groups(field: &str, ids: &Ids, groups: &[i64], violations: &mut Vec<Violation>) {
    let outside = || groups.iter().filter(|group| !ranges::hold(&ids.ranges, **group));
    if outside().next().is_none() {
        return;
    }
    let expected = ranges::shown(&ids.ranges);
    let wrong = Wrong {
        what: format!("gives its containers the groups {}", list(outside())),
        remedy: remedy(&expected),
        expected: expected.into(),
        actual: list(outside()),
    };
    violations.push(Part::Pod.violation(field, wrong));
}
