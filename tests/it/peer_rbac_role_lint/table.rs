//! What the linter's rules mean here, and where its verdicts contradict Kubernetes.

use serde_json::Value;

const ADMIN: &str = "rbac/unlisted-cluster-admin";
const WILDCARD: &str = "rbac/wildcard";
const ESCALATION: &str = "rbac/escalation";
const READER: &str = "secrets/unlisted-reader";
const INDIRECT: &str = "secrets/indirect-reader";

/// The checks of the same meaning, one of which finds what the rule of this id does; none where there is none.
///
/// There is none for deleting the logs of pods (0042), for what config maps hold (0049, 0115), for services, ingresses
/// and network policies (0056), nor for a binding that names `system:masters` (0123), which may do everything without
/// any.
pub(super) fn meaning(id: &str) -> &'static [&'static str] {
    match id {
        "KSV-0041" | "KSV-0113" => &[READER, INDIRECT],
        "KSV-0043" | "KSV-0050" | "KSV-0051" | "KSV-0052" | "KSV-0055" => &[ESCALATION],
        "KSV-0044" | "KSV-0045" | "KSV-0046" | "KSV-0112" => &[WILDCARD, ADMIN],
        "KSV-0047" | "KSV-0048" | "KSV-0053" | "KSV-0054" | "KSV-0114" => &[INDIRECT],
        "KSV-0111" => &[ADMIN, READER],
        _ => &[],
    }
}

/// Why the linter's verdict is not Kubernetes', and ours the contrary; none where both agree.
pub(super) fn contradiction(id: &str, fails: bool, role: &Value) -> Option<&'static str> {
    let grants = |verbs: &[&str], resources: &[&str]| grants(role, verbs, resources);
    let is_role = role["kind"] == "Role";
    let (applies, reason) = match (id, fails) {
        ("KSV-0041" | "KSV-0113", true) => (
            !grants(&["get", "list", "watch", "patch", "deletecollection"], &["secrets"]),
            "to create, update or delete one secret is answered with nothing that was not known",
        ),
        ("KSV-0043", true) => {
            (is_role, "groups are in no namespace, so that no RoleBinding grants to impersonate them")
        }
        ("KSV-0044" | "KSV-0045" | "KSV-0046" | "KSV-0112", false) => (
            ["verbs", "apiGroups", "resources"].into_iter().any(|list| holds(role, list, &["*"])),
            "an asterisk in any list of a rule grants what is added later",
        ),
        ("KSV-0048", true) => {
            (!grants(&["create", "update", "patch"], WORKLOADS), "to delete workloads runs nothing")
        }
        ("KSV-0050" | "KSV-0055", true) => (
            !grants(&["escalate", "bind"], &["roles", "clusterroles"]),
            "the API server refuses a role or binding that grants more than its author holds",
        ),
        ("KSV-0051" | "KSV-0052", false) => (
            grants(&["bind"], &["roles", "clusterroles"]),
            "the verb bind is forbidden by itself; who may create the binding may be granted later",
        ),
        ("KSV-0054", false) => {
            (grants(&["create"], &["pods/attach"]), "to attach to a pod nobody needs to get it")
        }
        ("KSV-0111", true) => {
            (role["roleRef"]["kind"] == "Role", "a Role is not the ClusterRole of the same name")
        }
        ("KSV-0114", true) => (
            is_role || !grants(&["create", "update", "patch"], WEBHOOKS),
            "webhook configurations are in no namespace, and to delete one controls nothing",
        ),
        _ => return None,
    };
    applies.then_some(reason)
}

const WORKLOADS: &[&str] = &[
    "pods",
    "deployments",
    "jobs",
    "cronjobs",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "replicationcontrollers",
];

const WEBHOOKS: &[&str] = &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];

/// Whether a rule of the role has one of these verbs and one of these resources, or an asterisk.
fn grants(role: &Value, verbs: &[&str], resources: &[&str]) -> bool {
    let rules = role["rules"].as_array().into_iter().flatten();
    rules.into_iter().any(|rule| names(rule, "verbs", verbs) && names(rule, "resources", resources))
}

/// Whether this list of a rule of the role has one of these words.
fn holds(role: &Value, list: &str, words: &[&str]) -> bool {
    role["rules"].as_array().into_iter().flatten().any(|rule| names(rule, list, words))
}

fn names(rule: &Value, list: &str, words: &[&str]) -> bool {
    let named = rule[list].as_array().into_iter().flatten().filter_map(Value::as_str);
    named.into_iter().any(|word| word == "*" || words.contains(&word))
}
