//! The parts that answers in JSON share.

use serde::Serialize;

use crate::model::ObjectKey;
use crate::rbac::{About, Path, Place, Question, Rule};

/// The question as it was understood.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Asked<'a> {
    verb: &'a str,
    /// Null for a path.
    group: Option<&'a str>,
    resource: Option<&'a str>,
    subresource: Option<&'a str>,
    name: Option<&'a str>,
    /// Null for a resource.
    path: Option<&'a str>,
    /// Null for the whole cluster, `*` for any namespace.
    namespace: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub(in crate::cli) fn of(question: &'a Question) -> Self {
        let verb = &question.verb;
        let namespace = match &question.place {
            Place::Cluster => None,
            Place::Namespace(namespace) => Some(namespace.as_str()),
            Place::Anywhere => Some("*"),
        };
        let none =
            Self { verb, group: None, resource: None, subresource: None, name: None, path: None, namespace };
        match &question.about {
            About::Path(path) => Self { path: Some(path), ..none },
            About::Resource { group, resource, subresource, name, .. } => Self {
                group: Some(group),
                resource: Some(resource),
                subresource: known(subresource),
                name: known(name),
                ..none
            },
        }
    }
}

/// An object or a subject.
#[derive(Serialize)]
pub(in crate::cli) struct Named<'a> {
    kind: &'a str,
    /// Null for what is in none.
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Named<'a> {
    pub(in crate::cli) fn of(key: &'a ObjectKey) -> Self {
        Self { kind: key.kind.name(), namespace: known(&key.namespace), name: &key.name }
    }
}

/// One way by which a right came.
#[derive(Serialize)]
pub(in crate::cli) struct Via<'a> {
    binding: Named<'a>,
    role: Named<'a>,
    rule: RuleRecord<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRecord<'a> {
    /// Where it is written: the role, or one that is gathered into it.
    role: Named<'a>,
    /// Its place there, from 1.
    number: usize,
    api_groups: &'a [String],
    resources: &'a [String],
    resource_names: &'a [String],
    #[serde(rename = "nonResourceURLs")]
    non_resource_urls: &'a [String],
    verbs: &'a [String],
}

impl<'a> Via<'a> {
    pub(in crate::cli) fn of(path: &'a Path) -> Self {
        let Path { binding, role, rule } = path;
        Self { binding: Named::of(&binding.key), role: Named::of(role), rule: RuleRecord::of(rule) }
    }
}

impl<'a> RuleRecord<'a> {
    fn of(written: &'a Rule) -> Self {
        let rule = &written.rule;
        Self {
            role: Named::of(&written.role),
            number: written.number,
            api_groups: &rule.api_groups,
            resources: &rule.resources,
            resource_names: &rule.resource_names,
            non_resource_urls: &rule.non_resource_urls,
            verbs: &rule.verbs,
        }
    }
}

fn known(text: &str) -> Option<&str> {
    Some(text).filter(|it| !it.is_empty())
}
