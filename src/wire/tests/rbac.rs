//! Roles, bindings and service accounts in each encoding, with what may be missing missing.

use super::kinds::decode_yaml;
use super::proto::{field, number, unknown_fields};
use crate::model::Kind;
use crate::wire::{Content, Object, PolicyRule, Role, RoleRef, Subject, decode_json, decode_protobuf};

const ROLES: [Kind; 2] = [Kind::Role, Kind::ClusterRole];
const BINDINGS: [Kind; 2] = [Kind::RoleBinding, Kind::ClusterRoleBinding];

/// What stands in JSON, which is YAML as well, and in protobuf.
fn read(kind: Kind, json: &str, protobuf: &[u8]) -> Object {
    let object = decode_json(kind, json.as_bytes()).unwrap();
    assert_eq!(decode_yaml(kind, json), object, "{kind} from YAML");
    assert_eq!(decode_protobuf(kind, protobuf.to_vec().into()).unwrap(), object, "{kind} from protobuf");
    object
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn rules_keep_their_order_and_what_each_of_them_says() {
    let json = r#"{"skipped": [1], "rules": [
        {"verbs": ["get", "list"], "apiGroups": ["", "apps"], "resources": ["secrets"], "resourceNames": ["a"]},
        {"verbs": ["*"], "nonResourceURLs": ["/metrics", "/healthz/*"], "later": {}}]}"#;
    let of_secrets = [
        field(1, "get"),
        unknown_fields(),
        field(1, "list"),
        field(2, ""),
        field(2, "apps"),
        field(3, "secrets"),
        field(4, "a"),
    ];
    let of_urls = [field(1, "*"), field(5, "/metrics"), field(5, "/healthz/*")];
    let protobuf = [field(2, of_secrets.concat()), unknown_fields(), field(2, of_urls.concat())].concat();
    let rules = vec![
        PolicyRule {
            verbs: words(&["get", "list"]),
            api_groups: words(&["", "apps"]),
            resources: words(&["secrets"]),
            resource_names: words(&["a"]),
            ..PolicyRule::default()
        },
        PolicyRule {
            verbs: words(&["*"]),
            non_resource_urls: words(&["/metrics", "/healthz/*"]),
            ..PolicyRule::default()
        },
    ];
    for kind in ROLES {
        let expected = Content::Role(Role { rules: rules.clone(), aggregation: None });
        assert_eq!(read(kind, json, &protobuf).content, expected, "{kind}");
    }
}

#[test]
fn what_is_null_or_missing_in_a_role_is_empty() {
    for kind in ROLES {
        for json in [r#"{"rules": null, "aggregationRule": null}"#, r#"{"rules": []}"#, "{}"] {
            assert_eq!(read(kind, json, b"").content, Content::Role(Role::default()), "{kind} from {json}");
        }
        let nulls = r#"{"rules": [{"verbs": null, "apiGroups": null, "resources": null, "resourceNames": null,
            "nonResourceURLs": null}]}"#;
        let expected = Role { rules: vec![PolicyRule::default()], aggregation: None };
        assert_eq!(read(kind, nulls, &field(2, "")).content, Content::Role(expected), "{kind}");
    }
}

#[test]
fn a_rule_of_aggregation_is_told_from_none_and_is_of_cluster_roles_alone() {
    let (json, protobuf) = (r#"{"aggregationRule": {"clusterRoleSelectors": null}}"#, field(3, ""));
    let Content::Role(role) = read(Kind::ClusterRole, json, &protobuf).content else { panic!("no role") };
    assert_eq!(role.aggregation.unwrap().cluster_role_selectors, []);
    assert_eq!(read(Kind::Role, json, &protobuf).content, Content::Role(Role::default()));

    let selector = r#"{"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "k", "operator": "In", "values": ["v", "w"]},
        {"key": "e", "operator": "Exists", "values": null}]}"#;
    let json = format!(
        r#"{{"aggregationRule": {{"clusterRoleSelectors": [{selector}, {{"matchLabels": null, "matchExpressions": null}}]}}}}"#
    );
    let requirement = [field(1, "k"), field(2, "In"), field(3, "v"), field(3, "w")].concat();
    let exists = [field(1, "e"), field(2, "Exists")].concat();
    let labels = [field(1, "a"), field(2, "b")].concat();
    let selector = [field(1, labels), field(2, requirement), field(2, exists)].concat();
    let protobuf = field(3, [field(1, selector), field(1, "")].concat());
    let Content::Role(role) = read(Kind::ClusterRole, &json, &protobuf).content else { panic!("no role") };
    let [first, second] = &role.aggregation.as_ref().unwrap().cluster_role_selectors[..] else {
        panic!("{role:?}")
    };
    assert_eq!(first.match_labels["a"], "b");
    assert_eq!(first.match_expressions[0].values, words(&["v", "w"]));
    assert_eq!((first.match_expressions[1].operator.as_str(), second.match_expressions.len()), ("Exists", 0));
}

#[test]
fn a_binding_names_its_role_and_its_subjects() {
    let json = r#"{"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "ServiceAccount", "name": "ci", "namespace": "shop", "apiGroup": null},
            {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "devs"}]}"#;
    let role = [field(1, "rbac.authorization.k8s.io"), field(2, "ClusterRole"), field(3, "edit")].concat();
    let account = [field(1, "ServiceAccount"), field(3, "ci"), field(4, "shop")].concat();
    let group = [field(1, "Group"), field(2, "rbac.authorization.k8s.io"), field(3, "devs")].concat();
    let protobuf = [field(2, account), field(3, role), unknown_fields(), field(2, group)].concat();
    let group = || "rbac.authorization.k8s.io".to_owned();
    for kind in BINDINGS {
        let Content::Binding(binding) = read(kind, json, &protobuf).content else { panic!("no binding") };
        let role_ref =
            RoleRef { api_group: group(), kind: "ClusterRole".to_owned(), name: "edit".to_owned() };
        assert_eq!(binding.role_ref, role_ref);
        let account = Subject {
            kind: "ServiceAccount".to_owned(),
            name: "ci".to_owned(),
            namespace: "shop".to_owned(),
            ..Subject::default()
        };
        let devs = Subject {
            kind: "Group".to_owned(),
            api_group: group(),
            name: "devs".to_owned(),
            ..Subject::default()
        };
        assert_eq!(binding.subjects, [account, devs]);
    }
}

#[test]
fn what_is_null_or_missing_in_a_binding_is_empty() {
    for kind in BINDINGS {
        for json in [r#"{"subjects": null, "roleRef": null}"#, r#"{"roleRef": {"name": null}}"#, "{}"] {
            assert_eq!(read(kind, json, b"").content, Content::Binding(Box::default()), "{kind} from {json}");
        }
    }
}

#[test]
fn nothing_is_read_of_the_secrets_that_a_service_account_names() {
    let json = r#"{"secrets": [{"name": "s3cret"}], "imagePullSecrets": [{"name": "s3cret"}]}"#;
    let protobuf = [field(2, field(3, "s3cret")), field(3, field(1, "s3cret"))].concat();
    let object = read(Kind::ServiceAccount, json, &protobuf);
    assert!(!format!("{object:?}").contains("s3cret"));
}

#[test]
fn a_value_of_a_wrong_type_is_an_error() {
    for (kind, json) in [
        (Kind::Role, r#"{"rules": {}}"#),
        (Kind::Role, r#"{"rules": [null]}"#),
        (Kind::Role, r#"{"rules": [{"verbs": "get"}]}"#),
        (Kind::ClusterRole, r#"{"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": 1}}]}}"#),
        (Kind::RoleBinding, r#"{"subjects": [{"name": 1}]}"#),
        (Kind::ClusterRoleBinding, r#"{"roleRef": "edit"}"#),
    ] {
        decode_json(kind, json.as_bytes()).unwrap_err();
    }
    for (kind, protobuf) in [
        (Kind::Role, field(2, number(1, 1))),
        (Kind::ClusterRole, number(3, 1)),
        (Kind::RoleBinding, field(3, number(3, 1))),
        (Kind::ClusterRoleBinding, field(2, number(1, 1))),
    ] {
        decode_protobuf(kind, protobuf.into()).unwrap_err();
    }
}
