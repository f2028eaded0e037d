//! The authorizer in the plainest way, from the rules alone: no index, no keys, and nothing remembered.

use std::collections::BTreeMap;

use crate::model::{Kind, ObjectKey, ObjectKind};
use crate::rbac::{Request, Target};
use crate::wire::{Binding, LabelSelector, LabelSelectorRequirement, PolicyRule, Role, Subject};

/// What is written in a cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Cluster {
    pub(super) roles: BTreeMap<ObjectKey, Written>,
    pub(super) bindings: BTreeMap<ObjectKey, Binding>,
}

/// A role with its labels.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) role: Role,
    pub(super) labels: BTreeMap<String, String>,
}

impl Cluster {
    /// Whether the user of this name may do it, or a member of one of the groups.
    pub(super) fn can(&self, user: &str, groups: &[&str], request: &Request<'_>) -> bool {
        for (key, binding) in &self.bindings {
            let is_here = key.namespace.is_empty() || *key.namespace == *request.namespace;
            let applies = binding.subjects.iter().any(|it| is_named(it, &key.namespace, user, groups));
            let rules = self.rules(&binding.role_ref.kind, &binding.role_ref.name, &key.namespace);
            if is_here && applies && rules.iter().any(|rule| allows(rule, request)) {
                return true;
            }
        }
        false
    }

    /// What a role comes to that a binding in this namespace refers to.
    fn rules(&self, kind: &str, name: &str, namespace: &str) -> Vec<&PolicyRule> {
        let (kind, namespace) = match kind {
            "Role" => (Kind::Role, namespace),
            "ClusterRole" => (Kind::ClusterRole, ""),
            _ => return Vec::new(),
        };
        let key =
            ObjectKey { kind: ObjectKind::Watched(kind), namespace: namespace.into(), name: name.into() };
        if !self.roles.contains_key(&key) {
            return Vec::new();
        }
        let mut reached = vec![&key];
        // Each round reaches a role more, or is the last.
        while let Some(next) = self
            .roles
            .keys()
            .find(|it| !reached.contains(it) && reached.iter().any(|by| self.gathers(by, it)))
        {
            reached.push(next);
        }
        reached.iter().flat_map(|key| &self.roles[*key].role.rules).collect()
    }

    fn gathers(&self, by: &ObjectKey, other: &ObjectKey) -> bool {
        let Some(aggregation) = &self.roles[by].role.aggregation else { return false };
        let labels = &self.roles[other].labels;
        other.kind == ObjectKind::Watched(Kind::ClusterRole)
            && aggregation.cluster_role_selectors.iter().any(|it| selects(it, labels))
    }
}

fn is_named(subject: &Subject, namespace: &str, user: &str, groups: &[&str]) -> bool {
    match subject.kind.as_str() {
        "User" => subject.name == user,
        "Group" => groups.contains(&subject.name.as_str()),
        "ServiceAccount" => {
            let namespace = if subject.namespace.is_empty() { namespace } else { &subject.namespace };
            !namespace.is_empty() && user == format!("system:serviceaccount:{namespace}:{}", subject.name)
        }
        _ => false,
    }
}

fn allows(rule: &PolicyRule, request: &Request<'_>) -> bool {
    let verb = rule.verbs.iter().any(|it| it == "*" || it == request.verb);
    match request.target {
        Target::Resource { group, resource, subresource, name } => {
            let wanted = match subresource {
                "" => vec!["*".to_owned(), resource.to_owned()],
                _ => vec!["*".to_owned(), format!("{resource}/{subresource}"), format!("*/{subresource}")],
            };
            verb && rule.api_groups.iter().any(|it| it == "*" || it == group)
                && rule.resources.iter().any(|it| wanted.contains(it))
                && (rule.resource_names.is_empty() || rule.resource_names.iter().any(|it| it == name))
        }
        Target::Path(path) => {
            let begins = |url: &str| url.ends_with('*') && path.starts_with(url.trim_end_matches('*'));
            verb && rule.non_resource_urls.iter().any(|url| url == path || begins(url))
        }
    }
}

fn selects(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    let is_so = |it: &LabelSelectorRequirement| {
        let value = labels.get(&it.key);
        match it.operator.as_str() {
            "In" => value.is_some_and(|value| it.values.contains(value)),
            "NotIn" => value.is_none_or(|value| !it.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    };
    selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
        && selector.match_expressions.iter().all(is_so)
}
