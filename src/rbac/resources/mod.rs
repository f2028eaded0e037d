//! The resources that an API server serves by default, for a RESOURCE that is named on the command line.

mod table;

pub use table::RESOURCES;

/// A resource, over all versions of its group that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// Empty for the core group.
    pub group: &'static str,
    /// What rules call it, such as `pods`.
    pub plural: &'static str,
    pub singular: &'static str,
    pub short_names: &'static [&'static str],
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// What follows the slash, such as `exec`, in alphabetical order.
    pub subresources: &'static [&'static str],
}

/// The resource that a word means: its plural, its singular or a short name, in any case, with the group or the
/// beginning of a group after a dot where wanted (`deploy`, `Ingresses.networking`).
///
/// It is chosen as kubectl chooses: a group of exactly that name before one that begins so, a full name before a short
/// one, and among several groups the one that the server lists first.
pub fn resolve(word: &str) -> Option<&'static Resource> {
    let word = word.to_ascii_lowercase();
    let (name, group) = word.split_once('.').unwrap_or((&word, ""));
    find(name, |of| group.is_empty() || of == group).or_else(|| find(name, |of| of.starts_with(group)))
}

fn find(name: &str, fits: impl Fn(&str) -> bool) -> Option<&'static Resource> {
    let mut within = RESOURCES.iter().filter(|resource| fits(resource.group));
    let full = within.clone().find(|resource| resource.plural == name || resource.singular == name);
    full.or_else(|| within.find(|resource| resource.short_names.contains(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<(&str, &str)>) {
        assert_eq!(resolve(word).map(|found| (found.group, found.plural)), expected, "{word}");
    }

    #[test]
    fn plural_singular_and_short_names_are_known() {
        for word in ["deployments", "deployment", "deploy"] {
            check(word, Some(("apps", "deployments")));
        }
        for word in ["customresourcedefinitions", "crd", "crds"] {
            check(word, Some(("apiextensions.k8s.io", "customresourcedefinitions")));
        }
    }

    #[test]
    fn case_does_not_matter() {
        check("PODS", Some(("", "pods")));
        check("NetworkPolicy", Some(("networking.k8s.io", "networkpolicies")));
        check("Deploy.Apps", Some(("apps", "deployments")));
    }

    #[test]
    fn the_group_that_the_server_lists_first_is_meant() {
        check("events", Some(("", "events")));
        check("ev", Some(("", "events")));
        check("events.", Some(("", "events")));
    }

    #[test]
    fn a_group_may_be_named_whole_or_by_its_beginning() {
        check("events.events.k8s.io", Some(("events.k8s.io", "events")));
        check("ev.events", Some(("events.k8s.io", "events")));
        check("storageclasses.storage", Some(("storage.k8s.io", "storageclasses")));
        check("sc.sto", Some(("storage.k8s.io", "storageclasses")));
    }

    #[test]
    fn a_group_that_has_no_such_resource_gives_none() {
        check("pods.apps", None);
        check("deployments.k8s.io", None);
        check("deployments.appsx", None);
    }

    #[test]
    fn what_is_not_served_gives_none() {
        for word in ["", ".", ".apps", "*", "users", "podz", "pods/exec"] {
            check(word, None);
        }
    }
}
