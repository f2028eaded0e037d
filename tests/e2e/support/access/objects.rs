//! Roles and bindings of every form, drawn by lot. Some of them no API server takes.

use plimsoll::model::Kind;
use serde_json::{Map, Value, json};

use super::words::{GROUPS, NAMES, RESOURCES, URLS, VERBS};
use crate::support::generated::Draw;

/// Where the roles and bindings are that are in namespaces.
pub(crate) const NAMESPACES: [&str; 4] = ["rights-a", "rights-b", "rights-c", "rights-d"];

/// How many are drawn of each kind.
const CLUSTER_ROLES: usize = 160;
const ROLES: usize = 160;
const ROLE_BINDINGS: usize = 240;
const CLUSTER_ROLE_BINDINGS: usize = 80;

const USERS: [&str; 14] = [
    "ada",
    "Ada",
    "ben",
    "cleo",
    "dora",
    "emil",
    "fritz",
    "gina",
    "hugo",
    "Jürgen Müller <j@example.com>",
    "\u{202e}oguh",
    "ad\u{200b}min",
    "system:serviceaccount:rights-a:ci",
    "system:serviceaccount:rights-b:web:x",
];
const MEMBERS_OF: [&str; 12] = [
    "dev",
    "dev",
    "ops",
    "ops",
    "qa",
    "data",
    "audit",
    "night",
    "system:serviceaccounts",
    "system:serviceaccounts:rights-a",
    "system:unauthenticated",
    "ada",
];
const ACCOUNTS: [&str; 5] = ["ci", "web", "db", "queue", "default"];

/// The last is a name that no namespace has.
const ACCOUNTS_IN: [&str; 5] = ["rights-a", "rights-b", "rights-c", "", "rights-b:web"];

/// What a rule is about.
#[derive(Clone, Copy)]
enum Shape {
    Resources,
    Paths,
    /// The API server takes no such rule; nor one without verbs, which is the next.
    Mixed,
    Empty,
}

use Shape::{Empty, Mixed, Paths, Resources};

/// A role is refused where any of its rules is, so that these are few.
const OF_CLUSTER_ROLES: [Shape; 25] = shapes([Paths; 7]);
const OF_ROLES: [Shape; 25] =
    shapes([Paths, Resources, Resources, Resources, Resources, Resources, Resources]);

/// How roles are labelled, and gathered.
const TEAMS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];
const FLOORS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

/// All that is drawn, roles first.
pub(crate) fn objects(draw: &mut Draw) -> Vec<(Kind, Value)> {
    let mut objects = gathers_all();
    objects.extend((0..CLUSTER_ROLES).map(|number| (Kind::ClusterRole, cluster_role(draw, number))));
    objects.extend((0..ROLES).map(|number| (Kind::Role, role(draw, number))));
    let of_namespaces = (0..ROLE_BINDINGS).map(|number| (Kind::RoleBinding, role_binding(draw, number)));
    objects.extend(of_namespaces);
    let of_cluster = (0..CLUSTER_ROLE_BINDINGS)
        .map(|number| (Kind::ClusterRoleBinding, cluster_role_binding(draw, number)));
    objects.extend(of_cluster);
    objects
}

const fn shapes(chosen: [Shape; 7]) -> [Shape; 25] {
    let mut shapes = [Resources; 25];
    let mut at = 0;
    while at < chosen.len() {
        shapes[at] = chosen[at];
        at += 1;
    }
    shapes[23] = Mixed;
    shapes[24] = Empty;
    shapes
}

/// The role that gathers all others, those that gather among them, and someone who has it.
fn gathers_all() -> Vec<(Kind, Value)> {
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "drawn-all"},
        "aggregationRule": {"clusterRoleSelectors": [{}]},
    });
    let subjects = json!([subject("User", "zoe")]);
    let binding =
        binding("ClusterRoleBinding", &json!({"name": "drawn-all"}), ("ClusterRole", "drawn-all"), &subjects);
    vec![(Kind::ClusterRole, role), (Kind::ClusterRoleBinding, binding)]
}

fn cluster_role(draw: &mut Draw, number: usize) -> Value {
    let mut labels = Map::new();
    if draw.up_to(3) > 0 {
        labels.insert("floor".to_owned(), json!(draw.one_of(&FLOORS)));
    }
    if draw.half() {
        labels.insert("team".to_owned(), json!(draw.one_of(&TEAMS)));
    }
    let mut role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": format!("drawn-{number}"), "labels": labels},
        "rules": rules(draw, &OF_CLUSTER_ROLES),
    });
    if draw.up_to(4) == 0 {
        let selectors: Vec<Value> = (0..=draw.up_to(1)).map(|_| selector(draw)).collect();
        role["aggregationRule"] = json!({"clusterRoleSelectors": selectors});
    }
    role
}

fn role(draw: &mut Draw, number: usize) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": format!("drawn-{number}"), "namespace": draw.one_of(&NAMESPACES)},
        "rules": rules(draw, &OF_ROLES),
    })
}

/// Some would gather Kubernetes' own roles too, if they did not ask for a label that none of those has.
fn selector(draw: &mut Draw) -> Value {
    let team = draw.one_of(&TEAMS);
    let floor = json!({"floor": draw.one_of(&FLOORS)});
    let expression = |operator: &str, values: &[&str]| json!({"matchLabels": floor, "matchExpressions": [{"key": "team", "operator": operator, "values": values}]});
    match draw.up_to(9) {
        0..4 => json!({"matchLabels": {"team": team}}),
        4 => json!({"matchLabels": {"team": team, "floor": "1"}}),
        5 => expression("In", &[team, "nobody"]),
        6 => expression("NotIn", &[team, "1"]),
        7 => expression("Exists", &[]),
        8 => expression("DoesNotExist", &[]),
        // No API server takes this.
        _ => expression("In", &[]),
    }
}

fn rules(draw: &mut Draw, shapes: &[Shape]) -> Vec<Value> {
    (0..=draw.up_to(2)).map(|_| rule(draw, shapes)).collect()
}

fn rule(draw: &mut Draw, shapes: &[Shape]) -> Value {
    let shape = draw.one_of(shapes);
    let mut rule = json!({"verbs": some(draw, &VERBS)});
    if matches!(shape, Resources | Mixed) {
        rule["apiGroups"] = some(draw, &GROUPS);
        rule["resources"] = some(draw, &RESOURCES);
        if draw.up_to(3) == 0 {
            rule["resourceNames"] = some(draw, &NAMES);
        }
    }
    if matches!(shape, Paths | Mixed) {
        rule["nonResourceURLs"] = some(draw, &URLS);
    }
    if matches!(shape, Empty) {
        rule["verbs"] = json!([]);
    }
    rule
}

/// One to three of the words.
fn some(draw: &mut Draw, words: &[&str]) -> Value {
    let count = draw.one_of(&[1, 1, 2, 3]);
    json!(draw.some_of(words, count))
}

fn role_binding(draw: &mut Draw, number: usize) -> Value {
    let metadata = json!({"name": format!("drawn-{number}"), "namespace": draw.one_of(&NAMESPACES)});
    let kind = draw.one_of(&["Role", "ClusterRole"]);
    // A role of this number is in this namespace by chance only, so that many of these bindings hang in the air.
    let name = format!("drawn-{}", draw.up_to(ROLES));
    let subjects = subjects(draw);
    binding("RoleBinding", &metadata, (kind, &name), &subjects)
}

fn cluster_role_binding(draw: &mut Draw, number: usize) -> Value {
    let name = format!("drawn-{}", draw.up_to(CLUSTER_ROLES));
    let subjects = subjects(draw);
    binding(
        "ClusterRoleBinding",
        &json!({"name": format!("drawn-{number}")}),
        ("ClusterRole", &name),
        &subjects,
    )
}

fn binding(kind: &str, metadata: &Value, role: (&str, &str), subjects: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role.0, "name": role.1},
        "subjects": subjects,
    })
}

fn subjects(draw: &mut Draw) -> Value {
    (0..draw.up_to(3)).map(|_| any_subject(draw)).collect()
}

fn any_subject(draw: &mut Draw) -> Value {
    match draw.up_to(30) {
        0 => subject("Team", "dev"),
        1..12 => subject("User", draw.one_of(&USERS)),
        12..20 => subject("Group", draw.one_of(&MEMBERS_OF)),
        _ => {
            let (name, namespace) = (draw.one_of(&ACCOUNTS), draw.one_of(&ACCOUNTS_IN));
            json!({"kind": "ServiceAccount", "name": name, "namespace": namespace})
        }
    }
}

fn subject(kind: &str, name: &str) -> Value {
    json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name})
}
