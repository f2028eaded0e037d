use super::*;

/// Each object as `Kind/namespace/name@line`, then the faults as `!line:column message`, then `+others`.
fn found(text: &str) -> Vec<String> {
    let Manifests { objects, others, mut faults } = manifests(text);
    let mut said = Vec::new();
    for manifest in &objects {
        match manifest.decode() {
            Ok(Object { metadata, kind, .. }) => {
                said.push(format!("{kind}/{}/{}@{}", metadata.namespace, metadata.name, manifest.line));
            }
            Err(fault) => faults.push(fault),
        }
    }
    for Fault { line, column, message } in faults {
        let column = column.map(|it| format!(":{it}")).unwrap_or_default();
        said.push(format!("!{line}{column} {message}"));
    }
    said.extend((others > 0).then(|| format!("+{others}")));
    said
}

fn pod(name: &str) -> String {
    format!(r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{name}"}}}}"#)
}

#[test]
fn documents_of_yaml_are_objects() {
    let text = "# first\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\n\n# second\nkind: Deployment\n\
                apiVersion: apps/v1\nmetadata: {name: b}\n---\napiVersion: v1\nkind: ConfigMap\n";
    assert_eq!(found(text), ["Pod/x/a@2", "Deployment//b@8", "+1"]);
}

#[test]
fn directives_stand_before_any_number_of_documents() {
    let document = |name: &str| format!("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n");
    let text = format!("%YAML 1.2\n{}{}{}", document("a"), document("b"), document("c"));
    assert_eq!(found(&text), ["Pod//a@3", "Pod//b@7", "Pod//c@11"]);
}

#[test]
fn objects_of_json_follow_each_other_or_markers() {
    let text = format!("\u{feff}\n{}{}\n\n{}\n", pod("a"), pod("b"), pod("c"));
    assert_eq!(found(&text), ["Pod//a@2", "Pod//b@2", "Pod//c@4"]);
    let text =
        format!("{}\n---\n{}\n---\nkind: Pod\napiVersion: v1\nmetadata: {{name: c}}\n", pod("a"), pod("b"));
    assert_eq!(found(&text), ["Pod//a@1", "Pod//b@3", "Pod//c@5"]);
}

#[test]
fn flow_mappings_are_yaml() {
    assert_eq!(found("{apiVersion: v1, kind: Pod, metadata: {name: a}}"), ["Pod//a@1"]);
    assert_eq!(found("--- {apiVersion: v1, kind: Pod, metadata: {name: a}}"), ["Pod//a@1"]);
}

#[test]
fn lists_are_unfolded_however_they_are_written() {
    let items = format!(
        "[\n{},\n{{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": [\n{}]}}]",
        pod("a"),
        pod("b")
    );
    let sorted = format!(r#"{{"apiVersion": "v1", "items": {items}, "kind": "List"}}"#);
    assert_eq!(found(&sorted), ["Pod//a@2", "Pod//b@4"]);
    let untyped =
        r#"{"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [{"metadata": {"name": "a"}}]}"#;
    assert_eq!(found(untyped), ["Deployment//a@1"]);
    let yaml = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n\
                -\n  kind: List\n  apiVersion: v1\n  items: [{kind: Pod, apiVersion: v1, metadata: {name: b}}]\n";
    assert_eq!(found(yaml), ["Pod//a@4", "Pod//b@8"]);
    for empty in
        ["{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": null}", "kind: PodList\napiVersion: v1\n"]
    {
        assert_eq!(found(empty), Vec::<String>::new(), "{empty}");
    }
}

/// A list of one item as it is written in YAML and in JSON.
fn lists(api_version: &str, kind: &str, item: &str) -> [String; 2] {
    [
        format!("kind: {kind}\napiVersion: {api_version}\nitems: [{item}]\n"),
        format!(r#"{{"kind": "{kind}", "apiVersion": "{api_version}", "items": [{item}]}}"#),
    ]
}

#[test]
fn the_type_of_an_item_itself_wins_over_that_of_its_list() {
    let item = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}"#;
    for (api_version, kind) in [
        ("v1", "PodList"),
        ("v1", "ConfigMapList"),
        ("v1", "DeploymentList"),
        ("v1", "ConfigMap"),
        ("example.com/v1", "Anything"),
    ] {
        for list in lists(api_version, kind, item) {
            assert!(found(&list)[0].starts_with("Deployment//a@"), "{list}: {:?}", found(&list));
            assert_eq!(found(&list).len(), 1, "{list}");
        }
    }
}

#[test]
fn a_watched_object_with_items_is_judged_and_unfolded() {
    let item = format!(
        r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "outer"}}, "items": [{}]}}"#,
        pod("inner")
    );
    assert_eq!(found(&item), ["Pod//outer@1", "Pod//inner@1"]);
    for list in lists("v1", "List", &item) {
        let names: Vec<_> = found(&list).iter().map(|it| it.split('@').next().unwrap().to_owned()).collect();
        assert_eq!(names, ["Pod//outer", "Pod//inner"]);
    }
}

#[test]
fn a_kind_that_only_ends_like_a_list_is_another_kind() {
    for items in ["", "items: {a: 1}\n", "items: [a, b]\n", "items: []\n"] {
        let text = format!("apiVersion: example.com/v1\nkind: AllowList\n{items}");
        assert_eq!(found(&text), ["+1"], "{text}");
    }
    assert_eq!(found(r#"{"apiVersion": "example.com/v1", "kind": "AllowList", "items": {"a": 1}}"#), ["+1"]);
}

#[test]
fn what_names_its_type_twice_is_a_fault() {
    let twice = [
        r#"{"apiVersion": "v1", "kind": "ConfigMap", "kind": "Pod"}"#,
        r#"{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {}, "apiVersion": "v2"}"#,
    ];
    for (item, field) in twice.into_iter().zip(["kind", "apiVersion"]) {
        for text in [item.to_owned(), lists("v1", "List", item)[1].clone()] {
            assert!(found(&text)[0].ends_with(&format!(" duplicate field `{field}`")), "{:?}", found(&text));
        }
    }
}

#[test]
fn lists_in_lists_have_a_bound() {
    let nested = |depth: usize| {
        let open = r#"{"apiVersion": "v1", "kind": "List", "items": ["#.repeat(depth);
        format!("{open}{}{}", pod("a"), "]}".repeat(depth))
    };
    for form in [|json: String| json, |json: String| format!("x: &x 1\n---\n# {json}\n{json}").split_off(12)]
    {
        assert_eq!(found(&form(nested(8))).len(), 1);
        assert!(found(&form(nested(8)))[0].starts_with("Pod//a@"));
        assert!(found(&form(nested(9)))[0].ends_with("lists stand in lists more than 8 deep"));
    }
}

#[test]
fn older_versions_of_watched_kinds_are_read() {
    let kinds = [
        ("apps/v1beta2", "DaemonSet"),
        ("apps/v1beta1", "Deployment"),
        ("extensions/v1beta1", "ReplicaSet"),
        ("batch/v1beta1", "CronJob"),
        ("batch/v2alpha1", "CronJob"),
        ("rbac.authorization.k8s.io/v1beta1", "RoleBinding"),
        ("networking.k8s.io/v1beta1", "ServiceCIDR"),
    ];
    for (version, kind) in kinds {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n");
        assert_eq!(found(&text), [format!("{kind}//a@1")]);
    }
}

#[test]
fn policies_that_are_not_modelled_are_told_by_their_groups_in_whatever_version() {
    for (version, kind, found_as) in [
        ("cilium.io/v2", "CiliumNetworkPolicy", "CiliumNetworkPolicy"),
        ("projectcalico.org/v3", "NetworkPolicy", "NetworkPolicy.crd.projectcalico.org"),
        ("crd.projectcalico.org/v1", "GlobalNetworkPolicy", "GlobalNetworkPolicy.crd.projectcalico.org"),
        ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "ClusterNetworkPolicy"),
        ("policy.networking.k8s.io/v1", "AdminNetworkPolicy", "AdminNetworkPolicy"),
        ("networking.k8s.io/v1", "NetworkPolicy", "NetworkPolicy"),
    ] {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n");
        assert_eq!(found(&text), [format!("{found_as}//a@1")]);
    }
    let list = "apiVersion: extensions/v1beta1\nkind: NetworkPolicyList\nitems: [{metadata: {name: a}}]\n";
    let gone = "no API server has extensions/v1beta1 NetworkPolicy any more; write networking.k8s.io/v1";
    assert_eq!(found(list), [format!("!3 {gone}")]);
    assert_eq!(found("apiVersion: extensions/v1beta1\nkind: NetworkPolicy\n"), [format!("!1 {gone}")]);
    let never = found("apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy\n").concat();
    assert!(
        never.ends_with("unknown apiVersion networking.k8s.io/v1beta1; expected networking.k8s.io/v1"),
        "{never}"
    );
}

#[test]
fn what_is_no_object_is_a_fault() {
    let said = |text: &str| found(text).join("; ");
    assert_eq!(said("a: 1\n"), "!1 apiVersion and kind are missing");
    assert_eq!(said("\n\nkind: Pod\n"), "!3 Pod has no apiVersion");
    assert_eq!(said("apiVersion: v1\n"), "!1 an object of apiVersion v1 has no kind");
    assert_eq!(said("{\"a\": 1}"), "!1 apiVersion and kind are missing");
    assert_eq!(
        said("apiVersion: apps/v2\nkind: Deployment\n"),
        "!1 Deployment has the unknown apiVersion apps/v2; expected apps/v1"
    );
    // There a subject had its group in another field.
    assert_eq!(
        said("apiVersion: rbac.authorization.k8s.io/v1alpha1\nkind: RoleBinding\n"),
        "!1 RoleBinding has the unknown apiVersion rbac.authorization.k8s.io/v1alpha1; expected \
         rbac.authorization.k8s.io/v1"
    );
    assert_eq!(said("- 1\n"), "!1 what stands here is no object");
    assert_eq!(said("[{\"kind\": \"Pod\"}]"), "!1 what stands here is no object");
    for item in ["5", r#"["v1", "Pod"]"#] {
        let list = format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{item}]}}"#);
        assert_eq!(said(&list), "!1 what stands here is no object");
    }
    for list in [
        "kind: List\napiVersion: v1\nitems: {a: 1}",
        r#"{"kind": "PodList", "apiVersion": "v1", "items": 1}"#,
    ] {
        assert_eq!(said(list), "!1 the items of a list are no list");
    }
    assert_eq!(found("apiVersion: example.com/v1\nkind: Deployment\n"), ["+1"]);
}

#[test]
fn a_watched_kind_in_another_group_or_case_is_a_fault() {
    for (api_version, kind, meant) in [
        ("v1", "Deployment", "Deployment of apps/v1"),
        ("v1", "pod", "Pod of v1"),
        ("apps/v1", "daemonset", "DaemonSet of apps/v1"),
        ("extensions/v1beta1", "Pod", "Pod of v1"),
        ("networking.k8s.io/v1", "CronJob", "CronJob of batch/v1"),
        ("v1", "Role", "Role of rbac.authorization.k8s.io/v1"),
        ("v1", "NetworkPolicy", "NetworkPolicy of networking.k8s.io/v1"),
        ("networking.k8s.io/v1", "GlobalNetworkPolicy", "GlobalNetworkPolicy of crd.projectcalico.org/v1"),
    ] {
        let text = format!("apiVersion: {api_version}\nkind: {kind}\n");
        assert_eq!(found(&text), [format!("!1 {api_version} has no kind {kind}; did you mean {meant}?")]);
    }
    for (api_version, kind) in [
        ("example.com/v1", "Pod"),
        ("jobset.x-k8s.io/v1alpha2", "Job"),
        ("v1", "PodTemplate"),
        ("policy/v1", "PodDisruptionBudget"),
    ] {
        assert_eq!(found(&format!("apiVersion: {api_version}\nkind: {kind}\n")), ["+1"]);
    }
}

#[test]
fn a_malformed_document_leaves_the_rest() {
    let good = |name: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n");
    let text = format!("{}---\nkind: Pod\nspec: [1,\n---\n{}", good("a"), good("b"));
    let said = found(&text);
    assert_eq!(said, ["Pod//a@1", "Pod//b@8", "!6:7 unclosed bracket '['"]);
}

#[test]
fn malformed_json_leaves_the_rest() {
    // A brace that is missing, a value of the wrong type, and a list without a version.
    for bad in ["{\"apiVersion\": \"v1\",\n", "{\"kind\": 5}\n", "{\"kind\": \"List\"}\n"] {
        let text = format!("{}\n{bad}{}\n", pod("a"), pod("b"));
        let said = found(&text);
        let last = 2 + bad.lines().count();
        assert_eq!(said[..2], ["Pod//a@1".to_owned(), format!("Pod//b@{last}")], "{bad}");
        assert!(said[2].starts_with("!2") || said[2].starts_with("!3:1 "), "{said:?}");
        assert_eq!(said.len(), 3, "{said:?}");
    }
}

#[test]
fn an_object_that_does_not_decode_names_its_place_and_field() {
    let bad = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n \"metadata\": {\"name\": \"a\"},\n \"spec\": {\"containers\": 5}}";
    let text = format!("{}\n{bad}", pod("b"));
    assert_eq!(found(&text), ["Pod//b@1", "!4:25 spec.containers: expected a list, found `5`"]);
    let yaml = "---\nkind: Pod\napiVersion: v1\nspec: {containers: 5}\n";
    assert_eq!(found(yaml), ["!2 spec.containers: expected a list, found `5`"]);
    // A number that is quoted is text.
    let yaml = "kind: Pod\napiVersion: v1\nspec: {securityContext: {runAsUser: '1000'}}\n";
    assert_eq!(
        found(yaml),
        [r#"!1 spec.securityContext.runAsUser: expected a whole number, found the text "1000""#]
    );
}

#[test]
fn yaml_is_read_as_kubernetes_reads_it() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, securityContext: {privileged: yes}}\n";
    let object = manifests(text).objects[0].decode().unwrap();
    let context = object.pods().unwrap().spec.containers[0].security_context.clone();
    assert_eq!(context.unwrap().privileged, Some(true));
}

#[test]
fn a_name_of_one_letter_is_no_boolean() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: y, namespace: n, labels: {a: N, b: \"Y\"}}\nspec: {hostPID: on}\n";
    let object = manifests(text).objects[0].decode().unwrap();
    let metadata = &object.metadata;
    assert_eq!((&*metadata.name, &*metadata.namespace), ("y", "n"));
    assert_eq!(metadata.labels.values().collect::<Vec<_>>(), ["N", "Y"]);
    assert!(object.pods().unwrap().spec.host_pid);
    let list =
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: y}}\n";
    assert_eq!(manifests(list).objects[0].decode().unwrap().metadata.name, "y");
}

#[test]
fn faults_of_yaml_are_told_to_who_wrote_the_file() {
    let anchors = (0..100_000).map(|it| format!("- &a{it} x")).collect::<Vec<_>>().join("\n");
    for (text, expected) in [
        ("kind: Pod\nkind: Job", "!4:1 the key `kind` stands here twice"),
        ("a: 1\r---\rb: 1", "!5:1 another document stands here without a marker before it"),
        ("a: &a [*a]", "!3:8 an alias stands within what it repeats"),
        ("a: .inf", "!3:4 `.inf` is no number that an object may hold"),
        ("a: !!binary /w==", "!3:13 what is tagged !!binary is no text"),
        ("~: 5", "!3:1 null stands where text is expected"),
        (&anchors, "!50003:11 the document is deeper or larger than is read"),
    ] {
        assert_eq!(found(&format!("# one\n---\n{text}\n")), [expected]);
    }
}

#[test]
fn an_alias_bomb_is_a_fault() {
    let level = |level: i32| format!("a{level}: &a{level} [*a{before}, *a{before}]\n", before = level - 1);
    let text: String = ["a0: &a0 [x, x]\n".to_owned()].into_iter().chain((1..40).map(level)).collect();
    assert_eq!(found(&text), ["!15:12 aliases repeat more than is read"]);
}

#[test]
fn what_cannot_be_decoded_has_its_name_all_the_same() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: 5\n";
    let found = manifests(text);
    assert!(found.objects[0].decode().is_err());
    let names = found.objects[0].names();
    assert_eq!((&*names.namespace, &*names.name), ("shop", "web"));
}

#[test]
fn a_name_may_be_left_to_the_server() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\n";
    assert_eq!(manifests(text).objects[0].names().generate_name, "web-");
    assert_eq!(manifests(&pod("a")).objects[0].names().generate_name, "");
}
