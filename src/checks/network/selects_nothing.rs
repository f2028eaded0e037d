//! Every policy selects pods, and so does every entry of its rules.
//!
//! Asked wherever `spec.network` is declared. Fields: `spec.podSelector`, and `from` and `to` of every rule. A policy
//! selects pods of its own namespace, and is not judged by them as long as there are none at all; nor are entries that
//! select by a `podSelector` alone. Entries with a `namespaceSelector` have to find a namespace, and pods in one of
//! those. Selectors that look at labels which controllers give their pods, such as `pod-template-hash`, are not held
//! against the pods that are there. Finished pods and pods in the network of their host are none that can be selected; templates are. Blocks of
//! addresses select no pods.
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors>

use std::collections::BTreeSet;

use super::{METADATA_NAME, POLICIES, Said, declared, loosened};
use crate::baseline::Baseline;
use crate::checks::words::start_of;
use crate::checks::{Check, FLOWS, Facts, Rule};
use crate::model::{CheckInfo, Direction, Finding, Labels, ObjectKey, ObjectRef, Severity, nearest};
use crate::network::{self, Map, Peer, Peers, Policy, Selection, Selector};
use crate::snapshot::is_given;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "network/selects-nothing",
        severity: Severity::Low,
        title: "network policy or rule that selects no pod",
        why: "A policy that selects no pod isolates none, and a rule that selects none lets nobody through. Often a \
              label is misspelt, or was renamed on the pods alone, and whoever reads the policy believes in it.",
        mend: "Correct the selector, or delete what is no longer needed.",
        references: &[POLICIES],
    },
    reads: FLOWS,
    rule: Rule::Policy(evaluate),
};

/// How many selectors of one policy are told one by one, and looked for.
const FOUND_MAX: usize = 20;

/// How many characters of a selector are told.
const SELECTOR_CHARS_MAX: usize = 200;

/// Among how many sets of labels a similar one is looked for.
const LABELS_MAX: usize = 1000;

/// A selector that selects nothing.
struct Vain {
    /// Such as `spec.ingress[0].from[1]`.
    field: String,
    /// What does not select, and what it does not: `podSelector app=web selects no pod of the namespace`.
    what: String,
    /// A label that is there and much like one that is asked for.
    similar: Option<String>,
}

fn evaluate(facts: &Facts<'_>, object: &ObjectRef, policy: &Policy) -> Vec<Finding> {
    let namespace = &object.key.namespace;
    let labels = facts.snapshot.labels(&ObjectKey::of_namespace(namespace.clone())).unwrap_or_default();
    let governing = facts.governing(namespace, &labels);
    if declared(&governing).next().is_none() {
        return Vec::new();
    }
    let map = facts.snapshot.network();
    // Those that are told, and one by which it is known that there are more.
    let mut vain: Vec<Vain> = own_pods(&map, namespace, policy).into_iter().collect();
    vain.extend(entries(&map, namespace, policy).take(FOUND_MAX + 1 - vain.len()));
    let has_more = vain.len() > FOUND_MAX;
    vain.truncate(FOUND_MAX);
    let mut findings = Vec::new();
    for (baseline, _) in declared(&governing) {
        findings.extend(vain.iter().map(|it| finding(object, baseline, it)));
        findings.extend(has_more.then(|| rest(object, baseline)));
    }
    findings
}

/// The selector of the policy itself, if it selects no pod of those that there are.
fn own_pods(map: &Map, namespace: &str, policy: &Policy) -> Option<Vain> {
    is_vain(map, namespace, &policy.selector).then(|| Vain {
        field: "spec.podSelector".to_owned(),
        what: of_namespace(&policy.selector),
        similar: similar(&policy.selector, map.labels_in(namespace)),
    })
}

/// The entries of rules that select no pod, in the order of the spec.
fn entries<'a>(map: &'a Map, namespace: &'a str, policy: &'a Policy) -> impl Iterator<Item = Vain> {
    let rules = network::Direction::ALL.into_iter().flat_map(move |direction| {
        let (rules, peers) = match direction {
            network::Direction::Ingress => ("ingress", "from"),
            network::Direction::Egress => ("egress", "to"),
        };
        let listed = policy.rules(direction).iter().enumerate();
        listed.map(move |(at, rule)| (format!("spec.{rules}[{at}].{peers}"), &rule.peers))
    });
    rules.flat_map(move |(field, peers)| {
        let listed: &[Peer] = match peers {
            Peers::Everyone => &[],
            Peers::Listed(peers) => peers,
        };
        listed.iter().enumerate().filter_map(move |(at, peer)| {
            let (what, similar) = vain_entry(map, namespace, peer)?;
            Some(Vain { field: format!("{field}[{at}]"), what, similar })
        })
    })
}

/// What of the entry selects nothing, and a label much like it; none if it selects pods.
fn vain_entry(map: &Map, namespace: &str, peer: &Peer) -> Option<(String, Option<String>)> {
    match peer {
        Peer::Own(pods) => is_vain(map, namespace, pods)
            .then(|| (of_namespace(pods), similar(pods, map.labels_in(namespace)))),
        Peer::Pods(selection) if selection.is_everyone() || map.resolves(selection) => None,
        Peer::Pods(selection)
            if map.has_namespace(&selection.namespaces) && looks_at_given(&selection.pods) =>
        {
            None
        }
        Peer::Pods(selection) => Some(vain_selection(map, selection)),
        Peer::Block(_) => None,
    }
}

/// Which selector it is by which a selection of namespaces and pods selects nothing.
fn vain_selection(map: &Map, selection: &Selection) -> (String, Option<String>) {
    let Selection { namespaces, pods } = selection;
    if !map.has_namespace(namespaces) {
        let what = format!("namespaceSelector{} selects no namespace", words(" ", namespaces));
        // One of which nothing but policies is there is not meant.
        let there = map.namespaces().filter(|it| is_there(map, it));
        return (what, similar(namespaces, there.map(|it| map.labels_of(it))));
    }
    let which = if namespaces.is_empty() { "any namespace" } else { "a namespace with " };
    let what = format!("podSelector{} selects no pod in {which}{}", words(" ", pods), words("", namespaces));
    let selected = map.namespaces().filter(|it| namespaces.matches(map.labels_of(it)));
    (what, similar(pods, selected.flat_map(|it| map.labels_in(it))))
}

/// Whether the namespace itself is there, and not only something that is said to be in it.
fn is_there(map: &Map, namespace: &str) -> bool {
    let name = [(METADATA_NAME.to_owned(), namespace.to_owned())];
    map.has_namespace(&Selector::of_labels(&name))
}

/// Whether the selector selects none of the pods of the namespace, of which there are some.
fn is_vain(map: &Map, namespace: &str, selector: &Selector) -> bool {
    if looks_at_given(selector) {
        return false;
    }
    let mut classes = map.classes_in(namespace).peekable();
    classes.peek().is_some() && !classes.any(|id| selector.matches(&map.class(id).labels))
}

/// Whether it looks at labels that controllers give their pods: with these, pods come that nobody knows yet.
fn looks_at_given(selector: &Selector) -> bool {
    selector.keys().any(|key| is_given(key))
}

fn of_namespace(pods: &Selector) -> String {
    format!("podSelector{} selects no pod of the namespace", words(" ", pods))
}

/// The selector in words, after these; nothing where it asks for nothing.
fn words(before: &str, selector: &Selector) -> String {
    if selector.is_empty() {
        return String::new();
    }
    format!("{before}{}", start_of(&selector.to_string(), SELECTOR_CHARS_MAX))
}

/// A label that is there, as in `app=web`, and differs from one that is asked for and is not by its value alone, or by
/// its key alone, and there by little.
fn similar<'a>(selector: &Selector, of_all: impl Iterator<Item = &'a Labels>) -> Option<String> {
    let there: BTreeSet<(&str, &str)> =
        of_all.take(LABELS_MAX).flatten().map(|(key, value)| (&**key, &**value)).collect();
    let asked = selector.pairs().take(FOUND_MAX).map(|(key, value)| (&**key, &**value));
    let mut absent = asked.filter(|it| !there.contains(it));
    absent.find_map(|(key, value)| {
        let values = there.iter().filter(|it| it.0 == key).map(|it| it.1);
        let keys = there.iter().filter(|it| it.1 == value).map(|it| it.0);
        let other_value = nearest(value, values).map(|it| format!("{key}={it}"));
        other_value.or_else(|| nearest(key, keys).map(|it| format!("{it}={value}")))
    })
}

fn finding(object: &ObjectRef, baseline: &Baseline, vain: &Vain) -> Finding {
    let Vain { field, what, similar } = vain;
    let key = &object.key;
    let remedy = match similar {
        Some(similar) => format!("correct {field}, perhaps to {similar}, or delete it"),
        None => format!("correct {field}, or delete it"),
    };
    let is_there = similar.as_ref().map(|it| format!("; {it} is there")).unwrap_or_default();
    let said = Said {
        message: format!("{what}, at {field} of {key}{is_there}"),
        expected: "a selector that selects pods".to_owned(),
        actual: what.clone(),
        remedy,
    };
    Finding {
        direction: Direction::Changed,
        path: field.clone(),
        ..loosened(object, field, 1, baseline, said)
    }
}

/// The finding of those that are not told one by one.
fn rest(object: &ObjectRef, baseline: &Baseline) -> Finding {
    let said = Said {
        message: format!(
            "{} has more selectors that select nothing than the {FOUND_MAX} that are told",
            object.key
        ),
        expected: "selectors that select pods".to_owned(),
        actual: "more select nothing than are told".to_owned(),
        remedy: String::new(),
    };
    Finding { direction: Direction::Changed, ..loosened(object, "rest", 1, baseline, said) }
}
