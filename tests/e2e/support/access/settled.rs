//! Waiting for the API server and its controllers to have taken in what was created.

use plimsoll::model::Kind;
use serde_json::{Value, json};

use super::reviews::{Reviews, listed};
use super::{About, Question};
use crate::support::control_plane::ControlPlane;
use crate::support::{poll, web};

/// Waits until roles hold what they gather, and the authorizer knows of that and of all that was written before.
pub(crate) fn wait_until_settled(plane: &ControlPlane, namespace: &str) {
    wait_until_gathered(plane);
    // The authorizer watches each kind apart, and knows last what was written last.
    for (role, binding, namespace) in [
        (Kind::Role, Kind::RoleBinding, Some(namespace)),
        (Kind::ClusterRole, Kind::ClusterRoleBinding, None),
    ] {
        let objects = json!({"apiVersion": "v1", "kind": "List", "items": last(role, binding, namespace)});
        plane.kubectl(&["create", "--filename", "-"], &objects.to_string());
        let question = Question {
            user: "last".to_owned(),
            groups: Vec::new(),
            verb: "see".to_owned(),
            namespace: namespace.unwrap_or_default().to_owned(),
            about: About::resource("example.org", role.plural(), ""),
        };
        poll::eventually(&format!("the authorizer knows the last {}", binding.name()), || {
            let allowed = async { Reviews::new(plane).await.allows(&question).await };
            poll::holds(web::runtime().block_on(allowed), "it does not")
        });
    }
    // One of them gathers every role.
    wait_until_gathered(plane);
}

/// A role that allows one thing, and a binding of it.
fn last(role: Kind, binding: Kind, namespace: Option<&str>) -> [Value; 2] {
    let group = role.group();
    let object = |kind: Kind| {
        json!({
            "apiVersion": format!("{group}/{}", kind.version()),
            "kind": kind.name(),
            "metadata": {"name": "last", "namespace": namespace},
        })
    };
    let (kind, mut role, mut binding) = (role, object(role), object(binding));
    role["rules"] = json!([{"verbs": ["see"], "apiGroups": ["example.org"], "resources": [kind.plural()]}]);
    binding["roleRef"] = json!({"apiGroup": group, "kind": kind.name(), "name": "last"});
    binding["subjects"] = json!([{"apiGroup": group, "kind": "User", "name": "last"}]);
    [role, binding]
}

/// Waits until a controller has filled every role that gathers others with the rules of those.
fn wait_until_gathered(plane: &ControlPlane) {
    poll::eventually("every role holds what it gathers", || {
        let roles = listed(plane, Kind::ClusterRole);
        let unfilled = roles.iter().filter(|role| !is_gathered(role, &roles)).count();
        poll::is(&0, &unfilled)
    });
}

fn is_gathered(role: &Value, roles: &[Value]) -> bool {
    let Some(selectors) = role["aggregationRule"]["clusterRoleSelectors"].as_array() else { return true };
    let written = |role: &Value| role["rules"].as_array().cloned().unwrap_or_default();
    let gathers = |other: &&Value| {
        other["metadata"]["name"] != role["metadata"]["name"]
            && selectors.iter().any(|it| selects(it, &other["metadata"]["labels"]))
    };
    let (held, gathered) =
        (written(role), roles.iter().filter(gathers).flat_map(written).collect::<Vec<_>>());
    // The controller does not take the rules from a role for which it finds none.
    gathered.is_empty()
        || held.iter().all(|rule| gathered.contains(rule)) && gathered.iter().all(|rule| held.contains(rule))
}

/// Whether the selector finds what has these labels. Both are as the API server gives them.
fn selects(selector: &Value, labels: &Value) -> bool {
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    wanted.into_iter().all(|(key, value)| labels[key] == *value)
        && expressions.into_iter().all(|it| is_so(it, labels))
}

fn is_so(expression: &Value, labels: &Value) -> bool {
    let value = &labels[expression["key"].as_str().expect("an expression has a key")];
    let listed = expression["values"].as_array().is_some_and(|values| values.contains(value));
    match expression["operator"].as_str() {
        Some("In") => listed,
        Some("NotIn") => !listed,
        Some("Exists") => value.is_string(),
        Some("DoesNotExist") => value.is_null(),
        operator => panic!("the API server takes no operator {operator:?}"),
    }
}
