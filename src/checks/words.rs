//! Rules in few words, as evidence: `get,list secrets; create pods/exec; * deployments in apps; get /metrics`. For
//! what is left out stands a digest, so that evidence changes with it.

use std::collections::BTreeSet;

use crate::model::{sha256_hex, tame_name};
use crate::wire::PolicyRule;

/// How many rules are told. Of the others it is said how many there are.
const RULES_MAX: usize = 20;

/// How many words of one list of a rule are told.
const LIST_MAX: usize = 16;

/// How many characters of one rule are told.
const RULE_CHARS_MAX: usize = 300;

/// Enough to see that what is left out is no longer what it was.
const DIGEST_DIGITS: usize = 8;

/// The rules, each once, in an order that does not depend on theirs.
pub(super) fn words<'a>(rules: impl Iterator<Item = &'a PolicyRule>) -> String {
    let told: BTreeSet<String> = rules.map(of_rule).collect();
    first_of(told.into_iter().collect(), RULES_MAX)
}

/// The first of the texts as evidence. For the others stand their number and a digest.
pub(super) fn first_of(texts: Vec<String>, max: usize) -> String {
    at_most(texts, max).join("; ")
}

/// The first of the texts, and one more for the others: their number and a digest.
pub(super) fn at_most(mut texts: Vec<String>, max: usize) -> Vec<String> {
    let others = texts.split_off(texts.len().min(max));
    if !others.is_empty() {
        texts.push(format!("and {} more ({})", others.len(), digest(&others.join("; "))));
    }
    texts
}

/// As many characters of the text, and a digest for the others.
pub(super) fn start_of(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… {}", &text[..end], digest(text)),
    }
}

/// What stands for a text that is not told.
pub(super) fn digest(text: &str) -> String {
    format!("#{}", &sha256_hex(text.as_bytes())[..DIGEST_DIGITS])
}

/// One rule. The order of its words is no evidence.
pub(super) fn of_rule(rule: &PolicyRule) -> String {
    let told = up_to(LIST_MAX, rule);
    if told.len() <= RULE_CHARS_MAX && lists(rule).iter().all(|list| list.len() <= LIST_MAX) {
        return told;
    }
    let all = up_to(usize::MAX, rule);
    match told.char_indices().nth(RULE_CHARS_MAX) {
        None if told == all => told,
        None => format!("{told} {}", digest(&all)),
        Some((end, _)) => format!("{}… {}", &told[..end], digest(&all)),
    }
}

fn lists(rule: &PolicyRule) -> [&[String]; 5] {
    [&rule.verbs, &rule.resources, &rule.api_groups, &rule.resource_names, &rule.non_resource_urls]
}

/// The rule, with as many words of each of its lists.
fn up_to(max: usize, rule: &PolicyRule) -> String {
    let mut words = String::with_capacity(RULE_CHARS_MAX);
    let mut tell = |before: &str, list: &[String]| {
        words.push_str(before);
        add(&mut words, list, max);
    };
    tell("", &rule.verbs);
    if !rule.resources.is_empty() {
        tell(" ", &rule.resources);
    }
    if rule.api_groups.iter().any(|group| !group.is_empty()) {
        tell(" in ", &rule.api_groups);
    }
    if !rule.resource_names.is_empty() {
        tell(" named ", &rule.resource_names);
    }
    if !rule.non_resource_urls.is_empty() {
        tell(" ", &rule.non_resource_urls);
    }
    words
}

/// Adds the words of a list, each once and in order.
fn add(words: &mut String, list: &[String], max: usize) {
    let mut distinct: Vec<&str> = list.iter().map(String::as_str).collect();
    distinct.sort_unstable();
    distinct.dedup();
    for (at, word) in distinct.iter().take(max).enumerate() {
        words.push_str(if at == 0 { "" } else { "," });
        // The core group has no name.
        words.push_str(&if word.is_empty() { r#""""#.into() } else { tame_name(word) });
    }
    if distinct.len() > max {
        words.push_str(",…");
    }
}
