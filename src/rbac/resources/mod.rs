//! The resources that an API server serves by default, and how a RESOURCE that is named on the command line is found
//! among them, or among others that a cluster serves.

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

/// A resource that a cluster serves, as it describes it itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    pub group: String,
    pub plural: String,
    pub singular: String,
    pub short_names: Vec<String>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// What may be meant by a word.
trait Named {
    fn group(&self) -> &str;
    fn has_full_name(&self, name: &str) -> bool;
    fn has_short_name(&self, name: &str) -> bool;
}

impl Named for Resource {
    fn group(&self) -> &str {
        self.group
    }

    fn has_full_name(&self, name: &str) -> bool {
        self.plural == name || self.singular == name
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.contains(&name)
    }
}

impl Named for Served {
    fn group(&self) -> &str {
        &self.group
    }

    fn has_full_name(&self, name: &str) -> bool {
        self.plural == name || self.singular == name
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.iter().any(|it| it == name)
    }
}

/// The resource of Kubernetes' own that a word means: its plural, its singular or a short name, in any case, with the group or the
/// beginning of a group after a dot where wanted (`deploy`, `Ingresses.networking`).
///
/// It is chosen as kubectl chooses: a group of exactly that name before one that begins so, a full name before a short
/// one, and among several groups the one that the server lists first.
pub fn resolve(word: &str) -> Option<&'static Resource> {
    choose(RESOURCES, word)
}

/// As [`resolve`], among those that a cluster serves, in its order.
pub fn resolve_served<'a>(served: &'a [Served], word: &str) -> Option<&'a Served> {
    choose(served, word)
}

fn choose<'a, T: Named>(resources: &'a [T], word: &str) -> Option<&'a T> {
    let word = word.to_ascii_lowercase();
    let (name, group) = word.split_once('.').unwrap_or((&word, ""));
    find(resources, name, |of| group.is_empty() || of == group)
        .or_else(|| find(resources, name, |of| of.starts_with(group)))
}

fn find<'a, T: Named>(resources: &'a [T], name: &str, fits: impl Fn(&str) -> bool) -> Option<&'a T> {
    let within = || resources.iter().filter(|resource| fits(resource.group()));
    let full = within().find(|resource| resource.has_full_name(name));
    full.or_else(|| within().find(|resource| resource.has_short_name(name)))
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
    fn what_a_cluster_serves_is_found_in_its_order() {
        let widgets = |group: &str, plural: &str| Served {
            group: group.to_owned(),
            plural: plural.to_owned(),
            singular: "widget".to_owned(),
            short_names: vec!["wd".to_owned()],
            namespaced: true,
        };
        let served = [widgets("a.example.com", "widgets"), widgets("b.example.com", "widgetry")];
        for (word, group) in [
            ("widgets", "a.example.com"),
            ("Widget", "a.example.com"),
            ("wd", "a.example.com"),
            ("widgetry", "b.example.com"),
            ("wd.b.example.com", "b.example.com"),
            ("widget.b", "b.example.com"),
        ] {
            assert_eq!(resolve_served(&served, word).map(|it| &*it.group), Some(group), "{word}");
        }
        for word in ["pods", "wd.c", "wid", ""] {
            assert_eq!(resolve_served(&served, word), None, "{word}");
        }
    }

    #[test]
    fn what_is_not_served_gives_none() {
        for word in ["", ".", ".apps", "*", "users", "podz", "pods/exec"] {
            check(word, None);
        }
    }
}
