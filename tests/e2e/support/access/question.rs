//! What the API server and the authorizer are both asked.

use std::fmt;

use plimsoll::model::ObjectKey;
use plimsoll::rbac::{Request, Target, group, user};
use serde_json::{Value, json};

/// Whether someone may do something.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) user: String,
    pub(crate) groups: Vec<String>,
    pub(crate) verb: String,
    /// Empty for a request that is not within a namespace.
    pub(crate) namespace: String,
    pub(crate) about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    Resource { group: String, resource: String, subresource: String, name: String },
    Path(String),
}

/// Someone whom a binding names, as it does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    User(String),
    Group(String),
}

impl Subject {
    /// As the index of rights has it.
    pub(crate) fn key(&self) -> ObjectKey {
        match self {
            Self::User(name) => user(name),
            Self::Group(name) => group(name),
        }
    }
}

impl About {
    /// A resource as rules have it, such as `pods/exec`.
    pub(crate) fn resource(group: &str, resource: &str, name: &str) -> Self {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let [group, resource, subresource, name] = [group, resource, subresource, name].map(str::to_owned);
        Self::Resource { group, resource, subresource, name }
    }
}

impl Question {
    /// The same asked for someone that a binding names, and for nobody else: a group for one of whom nothing is known
    /// but this membership.
    pub(crate) fn of(&self, subject: &Subject) -> Self {
        let (user, groups) = match subject.clone() {
            Subject::User(name) => (name, Vec::new()),
            Subject::Group(name) => ("a member".to_owned(), vec![name]),
        };
        Self { user, groups, ..self.clone() }
    }

    /// As the authorizer takes it.
    pub(crate) fn request(&self) -> Request<'_> {
        let target = match &self.about {
            About::Resource { group, resource, subresource, name } => {
                Target::Resource { group, resource, subresource, name }
            }
            About::Path(path) => Target::Path(path),
        };
        Request { verb: &self.verb, namespace: &self.namespace, target }
    }

    /// As the API server takes it: a `SubjectAccessReview`.
    pub(crate) fn review(&self) -> Value {
        let mut spec = self.attributes();
        spec["user"] = json!(self.user);
        spec["groups"] = json!(self.groups);
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec})
    }

    /// As the API server takes it from the user itself: a `SelfSubjectAccessReview`.
    pub(crate) fn self_review(&self) -> Value {
        let spec = self.attributes();
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec})
    }

    /// What is asked about.
    fn attributes(&self) -> Value {
        let Self { verb, namespace, about, .. } = self;
        match about {
            About::Resource { group, resource, subresource, name } => {
                json!({"resourceAttributes": {
                    "verb": verb,
                    "namespace": namespace,
                    "group": group,
                    "resource": resource,
                    "subresource": subresource,
                    "name": name,
                }})
            }
            About::Path(path) => json!({"nonResourceAttributes": {"verb": verb, "path": path}}),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.review()["spec"])
    }
}
