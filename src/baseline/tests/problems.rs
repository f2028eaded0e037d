//! Each mistake is told with its place, what was expected, and the nearest valid word.

use proptest::prelude::*;

use super::{CHECKS, EXAMPLE, FULL, read};
use crate::baseline::{Document, FILE_BYTES_MAX, parse};

/// Puts `new` in place of `old` in the full document, and expects these problems.
fn check(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(FULL.matches(old).count(), 1, "{old}");
    let (_, problems) = read(&FULL.replace(old, new));
    assert_eq!(problems, expected, "{new}");
}

#[test]
fn words_are_refused_with_the_nearest() {
    let levels = "expected privileged, baseline or restricted, found";
    check(
        "level: baseline",
        "level: basline",
        &[&format!("b.yaml:25:12: spec.podSecurity.level: {levels} \"basline\"; did you mean \"baseline\"?")],
    );
    check("level: baseline", "level: 5", &[&format!("b.yaml:25:12: spec.podSecurity.level: {levels} 5")]);
    check("level: baseline", "level:", &[&format!("b.yaml:25:10: spec.podSecurity.level: {levels} nothing")]);
    check(
        "level: baseline",
        "level: []",
        &[&format!("b.yaml:25:12: spec.podSecurity.level: {levels} an empty list")],
    );
    check(
        "[configMap, \"*\"]",
        "[configmap]",
        &[
            "b.yaml:36:17: spec.podSecurity.profile.volumes[0]: expected a volume type such as configMap, or *, \
           found \"configmap\"; did you mean \"configMap\"?",
        ],
    );
    check(
        "[NET_ADMIN, \"*\"]",
        "[CAP_NET_ADMIN]",
        &["b.yaml:38:29: spec.podSecurity.profile.allowedCapabilities[0]: expected a capability such as \
           NET_ADMIN, or *, found \"CAP_NET_ADMIN\"; did you mean \"NET_ADMIN\"?"],
    );
    check(
        "[RuntimeDefault, Localhost/*]",
        "[runtimeDefault, Localhost/]",
        &[
            "b.yaml:40:25: spec.podSecurity.profile.seccompProfiles[0]: expected RuntimeDefault, Unconfined, \
             Localhost/FILE or Localhost/*, found \"runtimeDefault\"; did you mean \"RuntimeDefault\"?",
            "b.yaml:40:41: spec.podSecurity.profile.seccompProfiles[1]: expected RuntimeDefault, Unconfined, \
             Localhost/FILE or Localhost/*, found \"Localhost/\"; did you mean \"Localhost/*\"?",
        ],
    );
}

#[test]
fn unknown_fields_are_refused_with_those_that_are_known() {
    check(
        "    names: ",
        "    nmes: ",
        &[
            "b.yaml:6:5: spec.namespaces.nmes: unknown field; did you mean \"names\"?; the fields here are names, \
           exclude, matchLabels",
        ],
    );
    check(
        "{name: full}",
        "{name: full, zzz: 1}",
        &["b.yaml:3:24: metadata.zzz: unknown field; the fields here are name"],
    );
}

#[test]
fn types_and_bounds_are_checked() {
    check(
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: \"true\"",
        &[
            "b.yaml:30:31: spec.podSecurity.profile.readOnlyRootFilesystem: expected true or false, found \"true\"",
        ],
    );
    let range = "expected a number from 0 to 2147483647, or a range of them such as 1000-2000, found";
    for (written, found) in [
        ("65535-1000", "\"65535-1000\""),
        ("-1", "-1"),
        ("2147483648", "2147483648"),
        ("1-", "\"1-\""),
        ("{}", "an empty mapping"),
    ] {
        check(
            "[1000-65535]",
            &format!("[{written}]"),
            &[&format!("b.yaml:31:28: spec.podSecurity.profile.runAsUser.ranges[0]: {range} {found}")],
        );
    }
    check(
        "max: 5",
        "max: -1",
        &["b.yaml:51:21: spec.behaviour.restarts.max: expected a whole number from 0 to 1000000, found -1"],
    );
    check(
        "within: 1h30m",
        "within: 10",
        &["b.yaml:51:32: spec.behaviour.restarts.within: expected a duration such as 10m or 1h30m, found 10"],
    );
    check(
        "version: v1.28",
        "version: 1.28",
        &["b.yaml:26:14: spec.podSecurity.version: expected latest or a version such as v1.37, found 1.28"],
    );
    check(
        "/dev}",
        "dev}",
        &[
            "b.yaml:35:79: spec.podSecurity.profile.allowedHostPaths[1].pathPrefix: expected an absolute path, \
           found \"dev\"",
        ],
    );
    check(
        "[kernel.*]",
        "[\"kernel.*.x\"]",
        &[
            "b.yaml:43:26: spec.podSecurity.profile.forbiddenSysctls[0]: expected the name of a sysctl, or the \
           beginning of names with * after it, found \"kernel.*.x\"",
        ],
    );
    check(
        "exclude: [kube-system]",
        "exclude: [kube-*]",
        &["b.yaml:7:15: spec.namespaces.exclude[0]: expected the name of a namespace, found \"kube-*\""],
    );
    check(
        "UDP/8000-8100",
        "UDP/0-8100",
        &["b.yaml:20:86: spec.network.allow[0].ports[1]: expected a protocol and ports such as TCP/8443, \
           found \"UDP/0-8100\""],
    );
}

#[test]
fn what_is_required_is_missed() {
    check(
        "    level: baseline\n",
        "",
        &["b.yaml:25:5: spec.podSecurity.level: missing: expected privileged, baseline or restricted"],
    );
    check(
        "metadata: {name: full}",
        "metadata: {}",
        &["b.yaml:3:11: metadata.name: missing: expected a name of lower-case letters, digits, - and ."],
    );
    check(
        "namespace: ops, name: root",
        "name: root",
        &["b.yaml:14:21: spec.rbac.clusterAdmins[0]: expected the namespace of the service account, \
           found a mapping"],
    );
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    check(
        "    version: v1.28\n",
        "    version: v1.28\n    version: latest\n",
        &["b.yaml:27:5: spec.podSecurity.version: this key stands here for the second time"],
    );
    check(
        "{team: web, tier: \"\"}",
        "{team: web, team: a}",
        &["b.yaml:8:30: spec.namespaces.matchLabels.team: this key stands here for the second time"],
    );
    let (documents, problems) =
        read("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {x: [{y: 1, y: 2}]}\n");
    assert_eq!(problems, ["b.yaml:4:19: spec.x[0].y: this key stands here for the second time"]);
    assert!(matches!(&documents[..], [Document::Broken(Some(_))]));
}

#[test]
fn what_waivers_match_is_no_pattern() {
    let matched = "spec.waivers[0].match";
    let expected = "expected the name of an object, which is no pattern, found";
    check("name: web}", "name: \"*\"}", &[&format!("b.yaml:56:56: {matched}.name: {expected} \"*\"")]);
    check("name: web}", "name: web-*}", &[&format!("b.yaml:56:56: {matched}.name: {expected} \"web-*\"")]);
    check(
        "{namespace: shop, kind",
        "{namespace: \"*\", kind",
        &[&format!("b.yaml:56:26: {matched}.namespace: expected the name of a namespace, found \"*\"")],
    );
    check(
        "kind: Deployment, name",
        "kind: \"*\", name",
        &[&format!("b.yaml:56:38: {matched}.kind: expected a kind such as Deployment, found \"*\"")],
    );
}

#[test]
fn waivers_have_an_end_a_reason_and_bounds() {
    let waiver = "spec.waivers[0]";
    check(
        "reason: reads host metrics",
        "reason: \" \"",
        &[&format!("b.yaml:58:15: {waiver}.reason: expected why it is excused, found \" \"")],
    );
    check(
        "      owner: jo\n",
        "",
        &[&format!("b.yaml:55:7: {waiver}.owner: missing: expected who answers for it")],
    );
    check(
        "check: pod-security/privileged",
        "check: pod-security/privilegd",
        &[&format!(
            "b.yaml:55:14: {waiver}.check: expected the id of a check, or all of a family such as \
             pod-security/*, found \"pod-security/privilegd\"; did you mean \"pod-security/privileged\"?"
        )],
    );
    check(
        "{namespace: shop, kind: Deployment, name: web}",
        "{}",
        &[&format!(
            "b.yaml:56:14: {waiver}.match: expected at least one of namespace, kind and name: a waiver for \
             everything is refused, found an empty mapping"
        )],
    );
    check(
        "kind: Deployment",
        "kind: deployment",
        &[&format!(
            "b.yaml:56:38: {waiver}.match.kind: expected a kind such as Deployment, found \"deployment\"; \
             did you mean \"Deployment\"?"
        )],
    );
    for end in ["2027-02-30", "tomorrow", "2027-03-31T12:00:00", "2027-3-31"] {
        check(
            "2027-03-31T12:00:00Z",
            end,
            &[&format!(
                "b.yaml:60:16: {waiver}.expires: expected a date such as 2027-03-31, or a time such as \
                 2027-03-31T12:00:00Z, found \"{end}\""
            )],
        );
    }
}

#[test]
fn labels_excuse_neither_everywhere_nor_from_a_family() {
    let refused = |line: u32| {
        format!(
            "b.yaml:{line}:43: spec.waivers[1].match.podLabels: expected a namespace and one check beside podLabels, \
             by which workloads excuse themselves, found a mapping"
        )
    };
    check("check: pod-security/host-path-volumes", "check: pod-security/*", &[&refused(62)]);
    check(
        "{namespace: shop, podLabels: {app: edge}}",
        "{kind: Deployment, podLabels: {app: edge}}",
        &[&refused(62).replace(":43:", ":44:")],
    );
    check(
        "check: pod-security/host-path-volumes",
        "check: \"*\"",
        &["b.yaml:61:14: spec.waivers[1].check: expected the id of a check, or all of a family such as \
           pod-security/*, found \"*\""],
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let text =
        FULL.replace("forbid: [wildcard]", "forbid: [wildcrad]").replace("digest: required", "digest: no");
    let (documents, problems) = read(&text);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(matches!(&documents[..], [Document::Broken(Some(identity))] if identity.name == "full"));
}

#[test]
fn documents_say_what_they_are() {
    let rest = "kind: Baseline\nmetadata: {name: a}\nspec: {}\n";
    let (_, problems) = read(&format!("apiVersion: plimsol.dev/v1alpha1\n{rest}"));
    assert_eq!(
        problems,
        ["b.yaml:1:13: apiVersion: expected plimsoll.dev/v1alpha1, found \"plimsol.dev/v1alpha1\"; \
          did you mean \"plimsoll.dev/v1alpha1\"?"]
    );
    let (_, problems) = read(rest);
    assert_eq!(problems, ["b.yaml:1:1: apiVersion: missing: expected plimsoll.dev/v1alpha1"]);
    let (_, problems) =
        read("apiVersion: plimsoll.dev/v1alpha1\nkind: Basline\nmetadata: {name: a}\nspec: {}\n");
    assert_eq!(
        problems,
        ["b.yaml:2:7: kind: expected Baseline, found \"Basline\"; did you mean \"Baseline\"?"]
    );
    let (_, problems) = read("kind: ConfigMap\nmetadata: {}\n");
    assert_eq!(
        problems,
        [
            "b.yaml:1:1: apiVersion: missing: expected the group and version of an API, such as apps/v1",
            "b.yaml:1:1: metadata.name: missing: expected the name of the object",
        ]
    );
    let (_, problems) = read("just text\n");
    assert_eq!(problems, ["b.yaml:1:1: expected a mapping with apiVersion and kind, found \"just text\""]);
    // The kind may be anybody's.
    let (documents, problems) = read(&format!("apiVersion: storage.example.com/v1\n{rest}"));
    assert!(problems.is_empty() && matches!(&documents[..], [Document::Object(_)]), "{problems:?}");
}

#[test]
fn what_is_not_yaml_is_told_with_its_line() {
    let (documents, problems) = read(&format!("{FULL}---\na: [\n---\n{EXAMPLE}"));
    let kinds: Vec<bool> = documents.iter().map(|it| matches!(it, Document::Baseline(_))).collect();
    assert_eq!(kinds, [true, false, true]);
    let line = FULL.lines().count() + 2;
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(
        problem.starts_with(&format!("b.yaml:{line}:"))
            || problem.starts_with(&format!("b.yaml:{}:", line + 1)),
        "{problem}"
    );
    assert!(problem.contains("not YAML: "), "{problem}");
}

#[test]
fn bytes_that_are_no_text_are_a_problem() {
    let (documents, problems) = parse("b.yaml", b"a: 1\nb: \xff\n", &CHECKS);
    assert_eq!(problems[0].to_string(), "b.yaml:2:1: not UTF-8");
    assert_eq!(documents, [Document::Broken(None)]);
    let (_, problems) = parse("b.yaml", &vec![b' '; FILE_BYTES_MAX + 1], &CHECKS);
    assert!(problems[0].message.contains("more than 8388608 bytes"), "{problems:?}");
}

#[test]
fn what_is_beyond_a_bound_is_a_problem() {
    let bomb: Vec<String> = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
    let cases = [
        (format!("a: {}{}\n", "[".repeat(70), "]".repeat(70)), "nested more than 64 deep"),
        (format!("a0: &a0 [x, x]\n{}", bomb.concat()), "more than 200000 values"),
        (format!("a: [{}]\n", "1,".repeat(200_000)), "more than 200000 values"),
        ("a: &a [*a]\n".to_owned(), "within what it repeats"),
        ("a: *b\n".to_owned(), "not YAML"),
        ("<<: {a: 1}\n".to_owned(), "merge keys"),
        ("a: !!binary aGk=\n".to_owned(), "a tag that is not read"),
        ("? [a]\n: b\n".to_owned(), "a key must be a single value"),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n".repeat(10_001), "more than 10000 documents"),
    ];
    for (text, expected) in cases {
        let (_, problems) = read(&text);
        assert!(problems.iter().any(|it| it.contains(expected)), "{expected}: {:?}", problems.first());
    }
}

#[test]
fn hostile_text_is_cut_and_escaped() {
    let long = "\\u001b".repeat(1000);
    let (_, problems) = read(&FULL.replace("level: baseline", &format!("level: \"{long}\"")));
    assert!(problems[0].len() < 600 && !problems[0].contains('\u{1b}'), "{problems:?}");
    let fields: Vec<String> = (0..1000).map(|n| format!("    {}{n}: 1\n", "x".repeat(500))).collect();
    let (_, problems) = read(&FULL.replace("    names: [shop, payments]\n", &fields.concat()));
    assert_eq!(problems.len(), 101);
    assert!(problems.iter().all(|it| it.len() < 700));
    assert!(problems[100].contains("more problems"), "{}", problems[100]);
}

/// The names of the sections that are there.
fn sections(document: &Document) -> Vec<bool> {
    let Document::Baseline(it) = document else { return Vec::new() };
    vec![
        it.secrets.is_some(),
        it.rbac.is_some(),
        it.network.is_some(),
        it.pod_security.is_some(),
        it.workloads.is_some(),
        it.behaviour.is_some(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// However a document is changed, it is answered. Nothing in it is passed over without a word: every section
    /// that it still names is in what is read, or the document is broken, and a problem says so.
    #[test]
    fn a_changed_document_never_loses_a_section_in_silence(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 1..4),
    ) {
        let mut text = FULL.as_bytes().to_vec();
        for (at, change) in changes {
            let at = at.index(text.len());
            match change {
                Change::Set(byte) => text[at] = byte,
                Change::Remove => { text.remove(at); }
                Change::Insert(byte) => text.insert(at, byte),
            }
        }
        let (documents, problems) = parse("b.yaml", &text, &CHECKS);
        let broken = documents.iter().any(|it| matches!(it, Document::Broken(_)));
        prop_assert!(!broken || !problems.is_empty());
        let said = String::from_utf8_lossy(&text);
        let named = ["secrets", "rbac", "network", "podSecurity", "workloads", "behaviour"]
            .map(|section| said.lines().any(|line| line == format!("  {section}:")));
        if problems.is_empty() && let [document @ Document::Baseline(_)] = &documents[..] {
            // YAML has other ways to write them, which may come about as well.
            let kept = sections(document).into_iter().zip(named).all(|(is_there, named)| is_there || !named);
            prop_assert!(kept, "{}", said);
        }
    }

    #[test]
    fn any_bytes_are_answered(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let (documents, problems) = parse("b.yaml", &text, &CHECKS);
        prop_assert!(problems.is_empty() || documents.iter().any(|it| matches!(it, Document::Broken(_))));
    }
}

#[derive(Debug, Clone)]
enum Change {
    Set(u8),
    Remove,
    Insert(u8),
}

/// Mostly characters that mean something in YAML.
fn any_change() -> impl Strategy<Value = Change> {
    let byte = prop_oneof![prop::sample::select(&b" \n:-[]{},&*#'\"|>%!?x0"[..]), any::<u8>()];
    prop_oneof![byte.clone().prop_map(Change::Set), Just(Change::Remove), byte.prop_map(Change::Insert),]
}

#[test]
fn what_can_match_nothing_of_the_network_is_refused() {
    let party = "expected a namespace, podLabels or both, or else cidrs, found";
    let to = "to: {podLabels: {app: api}}";
    check(to, "to: {}", &[&format!("b.yaml:20:43: spec.network.allow[0].to: {party} none of these")]);
    check(
        to,
        "to: {namespace: shop, cidrs: [192.0.2.0/24]}",
        &[&format!("b.yaml:20:43: spec.network.allow[0].to: {party} pods and cidrs in one")],
    );
    let both = "from: {cidrs: [192.0.2.0/24]}, to: {cidrs: [198.51.100.0/24]}";
    check(
        "from: {namespace: shop}, to: {cidrs: [192.0.2.0/24]}",
        both,
        &["b.yaml:20:139: spec.network.allow[1].to: expected pods at one end at least, found cidrs at both"],
    );
    check(
        "[TCP/8443, UDP/8000-8100]",
        "[]",
        &["b.yaml:20:75: spec.network.allow[0].ports: expected a list of ports, found an empty list"],
    );
    check(
        "defaultDeny: [Ingress]",
        "defaultDeny: []",
        &["b.yaml:18:18: spec.network.defaultDeny: expected a list of directions, found an empty list"],
    );
    check(
        "{app: api}",
        "{app: -api}",
        &[
            "b.yaml:20:61: spec.network.allow[0].to.podLabels.app: expected the value of a label, found \"-api\"",
        ],
    );
    check(
        "{app: api}",
        "{a p: api}",
        &["b.yaml:20:56: spec.network.allow[0].to.podLabels.a p: this is no key that a label can have"],
    );
}
