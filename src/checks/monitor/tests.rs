//! What the daemon says of itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::baseline::Declared;
use crate::checks::{Check, Facts, Panics, Remembered, Rule};
use crate::model::{Finding, Kind};
use crate::rbac::{excess, user};
use crate::snapshot::{Change, Intake, Own, Review, Snapshot, Trouble};
use crate::wire::{Content, Item, PolicyRule, decode_json, manifests};

/// The roles that are shipped for the daemon.
const SHIPPED: [&str; 5] = [
    include_str!("../../../deploy/kustomize/rbac/clusterrole-pod-security.yaml"),
    include_str!("../../../deploy/kustomize/rbac/clusterrole-secrets.yaml"),
    include_str!("../../../deploy/kustomize/rbac/clusterrole-rbac.yaml"),
    include_str!("../../../deploy/kustomize/rbac/clusterrole-network.yaml"),
    include_str!("../../../deploy/kustomize/rbac/clusterrole-access.yaml"),
];

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn rule(verbs: &[&str], group: &str, resource: &str) -> PolicyRule {
    PolicyRule {
        verbs: list(verbs),
        api_groups: list(&[group]),
        resources: list(&[resource]),
        ..PolicyRule::default()
    }
}

/// The rules of every role that is shipped.
fn shipped() -> Vec<PolicyRule> {
    let objects = SHIPPED.iter().flat_map(|it| manifests(it).objects).filter_map(|it| it.decode().ok());
    let rules = objects.filter_map(|object| match object.content {
        Content::Role(role) => Some(role.rules),
        _ => None,
    });
    rules.flatten().collect()
}

/// What a service account has by being one, on a fresh API server.
fn of_everybody() -> Vec<PolicyRule> {
    let path = PolicyRule {
        verbs: list(&["get"]),
        non_resource_urls: list(&["/healthz", "/version/", "/openid/v1/jwks/"]),
        ..PolicyRule::default()
    };
    vec![rule(&["create"], "authorization.k8s.io", "selfsubjectrulesreviews"), path]
}

fn own(changes: Vec<Own>) -> Snapshot {
    let snapshot = Snapshot::default();
    for change in changes {
        snapshot.apply(Change::Own(change), &mut Vec::new());
    }
    snapshot
}

/// A daemon that may do this in these namespaces, beside what it needs.
fn reviewed(namespaces: &[(&str, &[PolicyRule])]) -> Snapshot {
    let review = |beyond: &[PolicyRule]| {
        let rules = [shipped(), of_everybody(), beyond.to_vec()].concat();
        Arc::new(Review { rules, incomplete: None })
    };
    own(vec![Own::Reviewed(namespaces.iter().map(|(name, rules)| ((*name).into(), review(rules))).collect())])
}

fn findings(check: &Check, snapshot: &Snapshot) -> Vec<Finding> {
    let Rule::Cluster(rule) = check.rule else { panic!("{} judges the monitor as a whole", check.info.id) };
    rule(&Facts {
        declared: &Declared::hardened(),
        snapshot,
        panics: &Panics::new(),
        waiver_uses: &HashMap::new(),
        remembered: &Remembered::default(),
        now: Timestamp::UNIX_EPOCH,
    })
}

#[test]
fn what_is_needed_is_what_is_shipped() {
    let needed = rights::needed();
    let beyond = excess(&needed, &shipped()).unwrap();
    assert_eq!(beyond.rules, [], "the shipped roles grant what nobody needs");
    let watched: Vec<_> = Kind::ALL.map(|kind| rule(&["list", "watch"], kind.group(), kind.plural())).into();
    let missing = excess(&shipped(), &watched).unwrap();
    assert_eq!(missing.rules, [], "the shipped roles do not let the daemon see all that it watches");
}

#[test]
fn what_is_shipped_and_what_everybody_has_is_no_deviation() {
    let snapshot = reviewed(&[("default", &[]), ("shop", &[])]);
    for check in [&privileges::CHECK, &unneeded_right::CHECK, &unreviewed::CHECK] {
        assert_eq!(findings(check, &snapshot), [], "{}", check.info.id);
    }
}

#[test]
fn any_verb_on_secrets_is_told_with_its_place() {
    let named = PolicyRule { resource_names: list(&["db"]), ..rule(&["get"], "", "secrets") };
    let all = rule(&["*"], "*", "*");
    for beyond in [rule(&["delete"], "", "secrets"), named, all] {
        let rules = [beyond];
        let [finding] = findings(&privileges::CHECK, &reviewed(&[("default", &[]), ("shop", &rules)]))
            .try_into()
            .unwrap();
        assert_eq!(finding.message, "the daemon itself has rights on secrets in namespace shop");
        assert_eq!((finding.key.as_str(), finding.count), ("secrets", 1));
    }
    let snapshot = reviewed(&[("shop", &[rule(&["get"], "example.com", "secrets")])]);
    assert_eq!(findings(&privileges::CHECK, &snapshot), [], "they are of another group");
}

#[test]
fn the_way_to_secrets_is_named_where_the_bindings_are_seen() {
    let rules = [rule(&["get"], "", "secrets")];
    let snapshot = reviewed(&[("shop", &rules)]);
    let intake = Intake::default();
    let objects = [
        (
            Kind::ClusterRole,
            r#"{"metadata": {"name": "edit"}, "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}]}"#,
        ),
        (
            Kind::RoleBinding,
            r#"{"metadata": {"name": "more", "namespace": "shop"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
            "subjects": [{"kind": "ServiceAccount", "namespace": "plimsoll", "name": "plimsoll"}]}"#,
        ),
    ];
    for (kind, json) in objects {
        let change = intake.seen(Item::Object(decode_json(kind, json.as_bytes()).unwrap()));
        snapshot.apply(change, &mut Vec::new());
    }
    let account = Own::Is(user("system:serviceaccount:plimsoll:plimsoll"));
    snapshot.apply(Change::Own(account), &mut Vec::new());
    let [finding] = findings(&privileges::CHECK, &snapshot).try_into().unwrap();
    let message = "the daemon itself has rights on secrets in namespace shop; by RoleBinding/shop/more > \
                   ClusterRole/edit rule 1";
    assert_eq!(finding.message, message);
    assert_eq!(finding.actual, "get secrets");
}

#[test]
fn a_right_that_is_not_needed_is_told_and_secrets_are_left_out() {
    let rules = [rule(&["get"], "", "secrets"), rule(&["patch"], "apps", "deployments")];
    let snapshot = reviewed(&[("default", &rules), ("shop", &rules)]);
    let [finding] = findings(&unneeded_right::CHECK, &snapshot).try_into().unwrap();
    assert_eq!(finding.actual, "patch deployments in apps");
    assert_eq!(finding.message, "the daemon may do more than it needs in every namespace");
    let snapshot = reviewed(&[("default", &[rule(&["get"], "", "secrets")])]);
    assert_eq!(findings(&unneeded_right::CHECK, &snapshot), []);
}

#[test]
fn an_answer_that_is_not_all_is_told_and_takes_nothing_with_it() {
    let rules = vec![rule(&["get"], "", "secrets")];
    let review = Review { rules, incomplete: Some("node authorizer\u{1b}[0m".to_owned()) };
    let reviews: BTreeMap<_, _> = [("shop".into(), Arc::new(review))].into();
    let snapshot = own(vec![Own::Reviewed(reviews), Own::Unreviewed("refused".to_owned())]);
    let [finding] = findings(&unreviewed::CHECK, &snapshot).try_into().unwrap();
    assert!(
        finding.actual.ends_with("; refused") && !finding.actual.contains('\u{1b}'),
        "{}",
        finding.actual
    );
    assert_eq!(findings(&privileges::CHECK, &snapshot).len(), 1, "what was known stands");
}

#[test]
fn a_trouble_stands_until_it_is_over() {
    let dropped = Trouble::Dropped { place: "journal".to_owned(), reason: "disk".to_owned() };
    let troubles = [
        (Trouble::Lag, &lag::CHECK, "lag"),
        (Trouble::Clock, &clock::CHECK, "clock"),
        (dropped, &dropped::CHECK, "journal/disk"),
    ];
    for (trouble, check, key) in troubles {
        let snapshot = own(vec![Own::Troubled(trouble.clone(), "words".to_owned())]);
        let [finding] = findings(check, &snapshot).try_into().unwrap();
        assert_eq!(finding.key, key);
        assert!(finding.message.contains("words"));
        snapshot.apply(Change::Own(Own::Calm(trouble)), &mut Vec::new());
        assert_eq!(findings(check, &snapshot), []);
    }
}
