//! `seLinux`: the `SELinux` options that apply to a container, its own or else the pod's, must be these. An
//! option that is not declared may be anything. The categories of a level may stand in any order.

use super::setting::Setting;
use crate::baseline::Profile;
use crate::checks::pod_security::violation::{Violation, shown};
use crate::snapshot::{PodTemplate, SeLinux};

/// One of the options.
struct Choice {
    field: &'static str,
    noun: &'static str,
    of: fn(&SeLinux) -> &str,
    is_same: fn(&str, &str) -> bool,
}

static USER: Choice = Choice {
    field: "securityContext.seLinuxOptions.user",
    noun: "SELinux user",
    of: |options| &options.user,
    is_same: |a, b| a == b,
};

static ROLE: Choice = Choice {
    field: "securityContext.seLinuxOptions.role",
    noun: "SELinux role",
    of: |options| &options.role,
    is_same: |a, b| a == b,
};

static TYPE: Choice = Choice {
    field: "securityContext.seLinuxOptions.type",
    noun: "SELinux type",
    of: |options| &options.kind,
    is_same: |a, b| a == b,
};

static LEVEL: Choice = Choice {
    field: "securityContext.seLinuxOptions.level",
    noun: "SELinux level",
    of: |options| &options.level,
    is_same: is_same_level,
};

pub(super) fn judge(profile: &Profile, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let Some(declared) = &profile.se_linux else { return };
    let choices = [
        (&USER, &declared.user),
        (&ROLE, &declared.role),
        (&TYPE, &declared.kind),
        (&LEVEL, &declared.level),
    ];
    for (choice, wanted) in choices {
        if let Some(wanted) = wanted {
            judge_choice(choice, wanted, template, violations);
        }
    }
}

fn judge_choice(choice: &Choice, wanted: &str, template: &PodTemplate, violations: &mut Vec<Violation>) {
    let setting = Setting {
        template,
        field: choice.field,
        noun: choice.noun,
        of_pod: template.security.se_linux.as_deref(),
        of_container: |_, container| container.se_linux.as_deref(),
    };
    let is_allowed = |options: Option<&SeLinux>| {
        options.is_some_and(|options| (choice.is_same)((choice.of)(options), wanted))
    };
    setting.judge(is_allowed, |options| shown((choice.of)(options)), || shown(wanted), violations);
}

/// Whether two levels, such as `s0:c1,c2`, are of one sensitivity and of the same categories.
fn is_same_level(a: &str, b: &str) -> bool {
    let categories = |list: &str| {
        let mut categories: Vec<String> = list.split(',').map(str::to_owned).collect();
        categories.sort_unstable();
        categories
    };
    match (a.split_once(':'), b.split_once(':')) {
        _ if a == b => true,
        (Some((of_a, in_a)), Some((of_b, in_b))) => of_a == of_b && categories(in_a) == categories(in_b),
        _ => false,
    }
}
