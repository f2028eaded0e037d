//! Odd and hostile objects get a verdict of bounded size.

use super::*;
use crate::checks::CHECKS;

/// More than any message, alert or page should hold.
const TEXT_MAX: usize = 60_000;

/// Everything that the checks of this family find.
fn all(cluster: &Cluster) -> Vec<Finding> {
    let family = CHECKS.iter().filter(|check| check.info.id.starts_with("rbac/"));
    family.flat_map(|check| cluster.findings(check)).collect()
}

fn assert_bounded(findings: &[Finding]) {
    for it in findings {
        for text in [&it.key, &it.message, &it.actual, &it.path, &it.remedy] {
            assert!(text.len() < TEXT_MAX, "{} bytes: {}", text.len(), &text[..200]);
            assert!(!text.chars().any(|it| it.is_control() || it == '\u{202e}'), "{text:?}");
        }
    }
}

#[test]
fn a_role_of_ten_thousand_rules_is_told_in_few_words() {
    let rules: Vec<String> =
        (0..10_000).map(|n| format!(r#"{{apiGroups: ["*"], resources: [r{n}], verbs: [v{n}]}}"#)).collect();
    let labels = "labels: {rbac.authorization.k8s.io/aggregate-to-edit: 'true'}";
    let role =
        object("ClusterRole", &format!("{{name: it, {labels}}}"), &format!("rules: [{}]", rules.join(", ")));
    let cluster = Cluster::of(&(role + &bind("", "it", "{kind: User, name: jane}")));
    let found = all(&cluster);
    assert_eq!(found.len(), 2, "a wildcard and a widened aggregate");
    assert!(found[0].actual.contains("; and 9950 more (#"), "{}", found[0].actual);
    assert!(found[1].actual.contains("; and 9980 more (#"), "{}", found[1].actual);
    assert_bounded(&found);
}

#[test]
fn a_rule_of_ten_thousand_long_words_is_told_in_few() {
    let words: Vec<String> = (0..10_000).map(|n| format!("\"\\u202e{n}{}\"", "x".repeat(500))).collect();
    let words = words.join(", ");
    let rules = format!("{{apiGroups: [\"*\"], resources: [{words}], verbs: [get]}}");
    let labels = "labels: {rbac.authorization.k8s.io/aggregate-to-edit: 'true'}";
    let role = object("ClusterRole", &format!("{{name: it, {labels}}}"), &format!("rules: [{rules}]"));
    let found = all(&Cluster::of(&role));
    assert_eq!(found.len(), 1);
    assert_bounded(&found);
}

#[test]
fn a_binding_of_ten_thousand_subjects_is_told_in_few_findings() {
    let subject = |n| format!("{{kind: ServiceAccount, namespace: shop, name: a{n}}}");
    let subjects: Vec<String> = (0..10_000).map(subject).collect();
    let cluster = Cluster::of(&bind("shop", "view", &subjects.join(", ")));
    let found = all(&cluster);
    assert_eq!(found.len(), 51);
    assert_eq!(found[0].key, "ServiceAccount");
    assert_eq!(found[0].actual, "9950 more service accounts are not there");
    assert_bounded(&found);
}

#[test]
fn roles_that_gather_each_other_have_an_end() {
    let gathers = |name: &str, of: &str| {
        object(
            "ClusterRole",
            &format!(
                "{{name: {name}, labels: {{is: {name}, rbac.authorization.k8s.io/aggregate-to-view: 'true'}}}}"
            ),
            &format!("aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{is: {of}}}}}]}}"),
        )
    };
    let rule = r#"{apiGroups: [""], resources: ["*"], verbs: [get]}"#;
    let leaf = object("ClusterRole", "{name: leaf, labels: {is: b}}", &format!("rules: [{rule}]"));
    let jane = bind("", "b", "{kind: User, name: jane}");
    let cluster = Cluster::of(&(gathers("a", "b") + &gathers("b", "a") + &leaf + &jane));
    let found: Vec<String> = all(&cluster).iter().map(|it| format!("{} {}", it.object.key, it.key)).collect();
    assert_eq!(found, ["User/jane *", "ClusterRole/leaf view"]);
}

#[test]
fn names_and_kinds_of_any_text_are_told_apart_and_steer_nothing() {
    let name = "\"\\e[31mred\\u202e\\n\"";
    let role =
        cluster_role(name, r#"{apiGroups: [""], resources: ["*"], verbs: ["*", ""]}, {}, {verbs: []}"#);
    let subjects = format!(
        "{{kind: User, name: {name}}}, {{kind: {name}, name: {name}}}, {{kind: Group, name: ''}}, \
         {{kind: ServiceAccount, namespace: {name}, name: {name}}}"
    );
    let cluster = Cluster::of(&(role + &bind("", name, &subjects)));
    let found = all(&cluster);
    // Each of the three subjects has a wildcard and impersonates; one subject is nobody, one account not there.
    assert_eq!(found.len(), 8, "{found:#?}");
    assert_bounded(&found);
}
