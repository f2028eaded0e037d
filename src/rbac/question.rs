//! A question about rights in the words of a command line, and the request of the API server that it is about.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use super::{Allowed, Grants, Path, Request, Served, Target, resolve, resolve_served};
use crate::model::{Kind, ObjectKey};

/// What is asked, as it was written.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Any word: there are verbs of which Kubernetes itself knows nothing.
    pub verb: String,
    /// `resource[.group][/subresource]`, or a path that begins with `/`.
    pub resource: String,
    /// Empty where it stands with the resource, or none is asked for.
    pub subresource: String,
    /// Empty where no object is named.
    pub name: String,
}

impl Words {
    /// Whether what they are about is Kubernetes' own, so that no cluster need be asked what it is.
    pub fn are_of_kubernetes(&self) -> bool {
        let resource = self.resource.split('/').next().unwrap_or_default();
        self.resource.starts_with('/') || Named::of_kubernetes(resource).is_some()
    }
}

/// Where something is to be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In no namespace, or in all of them at once.
    Cluster,
    Namespace(String),
    /// In any namespace, or in all of them at once.
    Anywhere,
}

/// A question about rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub verb: String,
    pub about: About,
    pub place: Place,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Resource {
        /// Empty for the core group.
        group: String,
        resource: String,
        subresource: String,
        name: String,
        /// Whether it is known what is meant. What is not known is taken as it was written.
        known: bool,
    },
    Path(String),
}

/// Why words make no question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Misasked {
    #[error("a verb and a resource are to be named, or a path that begins with /")]
    Nothing,
    #[error("a path has neither a name nor a subresource")]
    MoreThanPath,
    #[error("the subresource is given twice: after the resource, and by itself")]
    TwoSubresources,
}

/// What is asked for in rules and never served: what impersonation and the approval of certificates ask about. None of
/// it is in a namespace.
const UNSERVED: [(&str, &str); 7] = [
    ("", "users"),
    ("", "groups"),
    ("authentication.k8s.io", "users"),
    ("authentication.k8s.io", "groups"),
    ("authentication.k8s.io", "uids"),
    ("authentication.k8s.io", "userextras"),
    ("certificates.k8s.io", "signers"),
];

/// The verbs whose requests do not name their object in the path.
const UNNAMED: [&str; 4] = ["create", "list", "watch", "deletecollection"];

impl Question {
    /// The question that the words mean in this place. The resource is found as kubectl finds it, among Kubernetes' own
    /// and those that the cluster is known to serve; any other is taken as written, and as one that is in namespaces.
    pub fn resolve(words: &Words, served: &[Served], place: Place) -> Result<Self, Misasked> {
        if words.verb.is_empty() || words.resource.is_empty() {
            return Err(Misasked::Nothing);
        }
        let verb = words.verb.clone();
        if words.resource.starts_with('/') {
            let alone = words.name.is_empty() && words.subresource.is_empty();
            let about = About::Path(words.resource.clone());
            return if alone {
                Ok(Self { verb, about, place: Place::Cluster })
            } else {
                Err(Misasked::MoreThanPath)
            };
        }
        let (resource, subresource) = match words.resource.split_once('/') {
            None => (words.resource.as_str(), words.subresource.as_str()),
            Some(_) if !words.subresource.is_empty() => return Err(Misasked::TwoSubresources),
            Some(parts) => parts,
        };
        let named = Named::find(resource, served);
        let place = named.place(words, place);
        let about = About::Resource {
            group: named.group,
            resource: named.resource,
            subresource: subresource.to_owned(),
            name: words.name.clone(),
            known: named.known,
        };
        Ok(Self { verb, about, place })
    }

    /// The request that it is about: across all namespaces, where it is about any of them.
    pub fn request(&self) -> Request<'_> {
        let target = match &self.about {
            About::Resource { group, resource, subresource, name, .. } => {
                Target::Resource { group, resource, subresource, name }
            }
            About::Path(path) => Target::Path(path),
        };
        let namespace = match &self.place {
            Place::Namespace(namespace) => namespace,
            Place::Cluster | Place::Anywhere => "",
        };
        Request { verb: &self.verb, namespace, target }
    }

    /// Why this user in these groups may do it; none if not. Who may do it in one namespace alone may not do it in
    /// all of them.
    pub fn can(&self, grants: &Grants, user: &ObjectKey, groups: &[ObjectKey]) -> Option<Allowed> {
        grants.can(user, groups, &self.request())
    }

    /// Everyone who may do it, in whichever of the namespaces that it is about, with every way by which they may.
    pub fn who_can(&self, grants: &Grants) -> BTreeMap<ObjectKey, Vec<Path>> {
        match self.place {
            Place::Anywhere => grants.who_can_anywhere(&self.request()),
            Place::Cluster | Place::Namespace(_) => grants.who_can(&self.request()),
        }
    }
}

/// A resource as rules call it.
struct Named {
    group: String,
    resource: String,
    known: bool,
    namespaced: bool,
}

impl Named {
    fn find(word: &str, served: &[Served]) -> Self {
        let served = || resolve_served(served, word).map(Self::served);
        Self::of_kubernetes(word).or_else(served).unwrap_or_else(|| {
            let (resource, group) = parts(word);
            Self { group: group.to_owned(), resource: resource.to_owned(), known: false, namespaced: true }
        })
    }

    /// What is served by default, or is asked for in rules alone.
    fn of_kubernetes(word: &str) -> Option<Self> {
        if let Some(found) = resolve(word) {
            let (group, resource) = (found.group.to_owned(), found.plural.to_owned());
            return Some(Self { group, resource, known: true, namespaced: found.namespaced });
        }
        let (resource, group) = parts(word);
        let unserved = UNSERVED.contains(&(group, resource));
        (unserved || resource == "*").then(|| Self {
            group: group.to_owned(),
            resource: resource.to_owned(),
            known: true,
            namespaced: !unserved,
        })
    }

    fn served(found: &Served) -> Self {
        let (group, resource) = (found.group.clone(), found.plural.clone());
        Self { group, resource, known: true, namespaced: found.namespaced }
    }

    /// Where the API server asks its authorizer about this, who was asked about `place`.
    fn place(&self, words: &Words, place: Place) -> Place {
        let is = |group: &str, resource: &str| self.group == group && self.resource == resource;
        // A namespace is within itself, wherever its name is part of the path.
        if is("", "namespaces") && !words.name.is_empty() && !UNNAMED.contains(&words.verb.as_str()) {
            return Place::Namespace(words.name.clone());
        }
        // Whether a cluster role may be bound is asked in the namespace of the binding.
        let bound = words.verb == "bind" && is(Kind::ClusterRole.group(), "clusterroles");
        if self.namespaced || bound { place } else { Place::Cluster }
    }
}

/// The resource and the group of a word as it is written.
fn parts(word: &str) -> (&str, &str) {
    word.split_once('.').unwrap_or((word, ""))
}

impl fmt::Display for Question {
    /// `get deployments.apps/scale web in namespace shop`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.verb)?;
        match &self.about {
            About::Path(path) => f.write_str(path)?,
            About::Resource { group, resource, subresource, name, .. } => {
                f.write_str(resource)?;
                for (mark, part) in [(".", group), ("/", subresource), (" ", name)] {
                    if !part.is_empty() {
                        write!(f, "{mark}{part}")?;
                    }
                }
            }
        }
        match &self.place {
            Place::Cluster => Ok(()),
            Place::Namespace(namespace) => write!(f, " in namespace {namespace}"),
            Place::Anywhere => f.write_str(" in any namespace"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The question of a verb, a resource and a name, asked in the namespace `shop`.
    fn asked(words: &str) -> Result<String, Misasked> {
        in_place(words, Place::Namespace("shop".to_owned()))
    }

    fn in_place(words: &str, place: Place) -> Result<String, Misasked> {
        let mut words = words.split(' ').map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        let words = Words { verb: next(), resource: next(), name: next(), subresource: next() };
        Question::resolve(&words, &[served()], place).map(|question| question.to_string())
    }

    fn check(words: &str, expected: &str) {
        assert_eq!(asked(words).as_deref(), Ok(expected), "{words}");
    }

    #[test]
    fn a_resource_is_found_as_kubectl_finds_it() {
        check("get pod", "get pods in namespace shop");
        check("get deploy web", "get deployments.apps web in namespace shop");
        check("create Pods/exec web", "create pods/exec web in namespace shop");
        check("update deployments.apps web scale", "update deployments.apps/scale web in namespace shop");
    }

    /// What the cluster serves beside Kubernetes' own.
    fn served() -> Served {
        Served {
            group: "plants.example.com".to_owned(),
            plural: "nodes".to_owned(),
            singular: "plant".to_owned(),
            short_names: vec!["po".to_owned(), "pl".to_owned()],
            namespaced: false,
        }
    }

    #[test]
    fn what_the_cluster_serves_is_known_where_it_is_not_kubernetes_own() {
        check("get pl/status a", "get nodes.plants.example.com/status a");
        check("get Nodes.plants", "get nodes.plants.example.com");
        check("get po", "get pods in namespace shop");
        check("get nodes", "get nodes");
    }

    #[test]
    fn a_cluster_is_asked_about_what_is_not_kubernetes_own() {
        let are =
            |resource: &str| Words { resource: resource.to_owned(), ..Words::default() }.are_of_kubernetes();
        for own in
            ["po", "pods/exec", "deployments.apps/scale", "users", "*", "*.example.com", "/healthz", "/x/y"]
        {
            assert!(are(own), "{own}");
        }
        for other in ["pl", "nodes.plants", "widgets.example.com/status", "users.example.com"] {
            assert!(!are(other), "{other}");
        }
    }

    #[test]
    fn what_is_not_known_is_taken_as_written() {
        check("get Widgets.example.com/status a", "get Widgets.example.com/status a in namespace shop");
        check("use podz", "use podz in namespace shop");
        let known = |resource: &str| {
            let words = Words { verb: "get".to_owned(), resource: resource.to_owned(), ..Words::default() };
            match Question::resolve(&words, &[], Place::Cluster).unwrap().about {
                About::Resource { known, .. } => known,
                About::Path(_) => unreachable!("{resource} is no path"),
            }
        };
        assert!(known("po") && known("users") && known("*") && known("*.apps"));
        assert!(!known("podz") && !known("widgets.example.com"));
    }

    #[test]
    fn what_is_in_no_namespace_is_asked_of_the_cluster() {
        check("get nodes", "get nodes");
        check("impersonate users jane", "impersonate users jane");
        check("approve signers.certificates.k8s.io", "approve signers.certificates.k8s.io");
        check("get /healthz", "get /healthz");
        check("impersonate serviceaccounts", "impersonate serviceaccounts in namespace shop");
        assert_eq!(in_place("get nodes", Place::Anywhere).as_deref(), Ok("get nodes"));
        assert_eq!(in_place("get secrets", Place::Anywhere).as_deref(), Ok("get secrets in any namespace"));
    }

    #[test]
    fn a_namespace_is_within_itself_where_the_path_names_it() {
        check("get ns web", "get namespaces web in namespace web");
        check("update namespaces/status web", "update namespaces/status web in namespace web");
        check("list namespaces web", "list namespaces web");
        check("get namespaces", "get namespaces");
    }

    #[test]
    fn whether_a_cluster_role_may_be_bound_is_asked_where_it_is() {
        check("bind clusterroles edit", "bind clusterroles.rbac.authorization.k8s.io edit in namespace shop");
        check("escalate clusterroles edit", "escalate clusterroles.rbac.authorization.k8s.io edit");
    }

    #[test]
    fn words_that_contradict_each_other_are_refused() {
        assert_eq!(asked("get /healthz etcd"), Err(Misasked::MoreThanPath));
        assert_eq!(asked("get /healthz  status"), Err(Misasked::MoreThanPath));
        assert_eq!(asked("get pods/log web exec"), Err(Misasked::TwoSubresources));
        assert_eq!(asked("get"), Err(Misasked::Nothing));
    }
}
