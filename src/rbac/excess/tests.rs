//! The comparison, against the authorizer and at its bounds.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::rbac::{Request, Target, allows};

fn list(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// A rule on resources of the core group.
fn rule(verbs: &str, resources: &str, names: &str) -> PolicyRule {
    PolicyRule {
        verbs: list(verbs),
        api_groups: vec![String::new()],
        resources: list(resources),
        resource_names: list(names),
        non_resource_urls: Vec::new(),
    }
}

fn in_groups(groups: &str, rule: PolicyRule) -> PolicyRule {
    PolicyRule { api_groups: list(groups), ..rule }
}

fn on_paths(verbs: &str, paths: &str) -> PolicyRule {
    PolicyRule { verbs: list(verbs), non_resource_urls: list(paths), ..PolicyRule::default() }
}

/// What the rules grant beyond the others.
fn beyond(others: &[PolicyRule], rules: &[PolicyRule]) -> Vec<PolicyRule> {
    excess(others, rules).unwrap().rules
}

#[test]
fn rights_in_another_form_are_the_same() {
    let one = [rule("get list", "pods secrets", "")];
    let other = [rule("list", "secrets pods", ""), rule("get", "pods", ""), rule("get", "secrets", "")];
    assert_eq!(beyond(&one, &other), []);
    assert_eq!(beyond(&other, &one), []);
    assert_eq!(beyond(&other[1..], &one), [rule("list", "pods secrets", "")]);
}

#[test]
fn an_asterisk_is_more_than_all_that_is_written_out() {
    let all = [rule("*", "pods", "")];
    let written = [rule("get list watch create update patch delete deletecollection", "pods", "")];
    assert_eq!(beyond(&all, &written), []);
    assert_eq!(beyond(&written, &all), all);
    assert_eq!(beyond(&[in_groups("*", rule("get", "*", ""))], &[rule("get", "pods/log", "")]), []);
}

#[test]
fn a_subresource_is_covered_by_its_name_on_every_resource() {
    let scale = [rule("get", "*/scale", "")];
    assert_eq!(beyond(&scale, &[rule("get", "deployments/scale", "")]), []);
    assert_eq!(beyond(&scale, &[rule("get", "deployments", "")]).len(), 1);
    assert_eq!(beyond(&[rule("get", "deployments", "")], &[rule("get", "deployments/scale", "")]).len(), 1);
    assert_eq!(beyond(&[rule("get", "pods/*", "")], &[rule("get", "pods/log", "")]).len(), 1);
}

#[test]
fn names_are_less_than_any_name() {
    let [any, named] = ["", "a b"].map(|names| rule("get", "secrets", names));
    assert_eq!(beyond(std::slice::from_ref(&any), std::slice::from_ref(&named)), []);
    assert_eq!(beyond(std::slice::from_ref(&named), std::slice::from_ref(&any)), [any]);
    assert_eq!(beyond(&[rule("get", "secrets", "b c")], &[named]), [rule("get", "secrets", "a")]);
    assert_eq!(beyond(&[rule("get", "secrets", "*")], &[rule("get", "secrets", "a")]).len(), 1);
}

#[test]
fn paths_are_covered_by_their_beginning() {
    assert_eq!(
        beyond(&[on_paths("get", "/apis/*")], &[on_paths("get", "/apis/apps /apis")]),
        [on_paths("get", "/apis")]
    );
    assert_eq!(beyond(&[on_paths("get", "/a*")], &[on_paths("get", "/a** /ab*")]), []);
    assert_eq!(beyond(&[on_paths("get", "/metrics")], &[on_paths("get", "*")]).len(), 1);
}

#[test]
fn a_rule_that_grants_nothing_is_covered_and_covers_nothing() {
    let empty = [rule("", "pods", ""), rule("get", "", ""), PolicyRule::default()];
    assert_eq!(excess(&[], &empty).unwrap(), Excess::default());
    assert_eq!(beyond(&empty, &[rule("get", "pods", "")]).len(), 1);
}

#[test]
fn the_excess_says_which_rules_it_comes_from() {
    let rules = [rule("get", "pods", ""), rule("get list", "secrets", ""), rule("list", "pods", "")];
    let found = excess(&[rule("get", "*", "")], &rules).unwrap();
    assert_eq!(found, Excess { rules: vec![rule("list", "pods secrets", "")], from: vec![1, 2] });
}

#[test]
fn the_excess_is_few_rules_whatever_the_form() {
    let apps = |verbs, resources| in_groups("apps", rule(verbs, resources, ""));
    let one = [apps("get list", "deployments"), apps("list get", "daemonsets"), apps("get", "daemonsets")];
    let other = [apps("get", "daemonsets deployments"), apps("list", "deployments daemonsets")];
    assert_eq!(beyond(&[], &one), [apps("get list", "daemonsets deployments")]);
    assert_eq!(beyond(&[], &one), beyond(&[], &other));
    let named = [rule("get", "secrets", "b"), rule("get", "secrets", "a")];
    assert_eq!(beyond(&[], &named), [rule("get", "secrets", "a b")]);
}

#[test]
fn the_excess_leaves_out_what_more_of_it_covers() {
    let rules = [rule("get *", "pods", ""), rule("get", "pods", "web"), rule("list", "pods", "")];
    assert_eq!(beyond(&[], &rules), [rule("*", "pods", "")]);
    assert_eq!(beyond(&[], &[rule("get", "pods", ""), rule("get", "pods", "")]), [rule("get", "pods", "")]);
}

/// A rule with a thousand verbs, resources and groups each: 10^9 rights.
fn vast(of: &str) -> PolicyRule {
    let words = |kind: &str| (0..1000).map(|at| format!("{of}-{kind}-{at:03}")).collect();
    PolicyRule {
        verbs: words("verb"),
        api_groups: words("group"),
        resources: words("resource"),
        ..PolicyRule::default()
    }
}

#[test]
fn a_vast_rule_is_compared_by_its_lists() {
    let one = [vast("a")];
    assert_eq!(beyond(&one, &one), []);
    assert_eq!(beyond(&[], &one), one);
    let mut more = one.clone();
    more[0].verbs.push("more".to_owned());
    let left = PolicyRule { verbs: list("more"), ..one[0].clone() };
    assert_eq!(beyond(&one, &more), [left]);
}

#[test]
fn rules_that_are_too_large_to_compare_are_neither_covered_nor_not() {
    let wide = [vast("a")];
    // Each takes one right out of the midst of what is left.
    let word = |kind, at| format!("a-{kind}-{at:03}");
    let pick = |at| in_groups(&word("group", at), rule(&word("verb", at), &word("resource", at), ""));
    let picks: Vec<PolicyRule> = (0..1000).map(pick).collect();
    assert_eq!(excess(&picks, &wide), Err(TooLarge));
    assert_eq!(beyond(&wide, &picks), []);
    let paths = |of: &str| (0..2000).map(|at| format!("/{of}/{at}")).collect::<Vec<_>>().join(" ");
    assert_eq!(excess(&[on_paths("get", &paths("a"))], &[on_paths("get", &paths("b"))]), Err(TooLarge));
}

#[test]
fn ten_thousand_rules_are_compared_with_as_many_of_the_same() {
    let rules: Vec<PolicyRule> = (0..10_000).map(|at| rule("get", &format!("r{at}"), "")).collect();
    assert_eq!(excess(&rules, rules.iter().rev()), Ok(Excess::default()));
    assert_eq!(excess(&[], &rules).unwrap().from.len(), rules.len());
}

/// The words of the universe. The last of each list stands in no rule, as what a rule does not know.
const VERBS: [&str; 4] = ["*", "get", "create", "fresh"];
const GROUPS: [&str; 4] = ["*", "", "apps", "fresh"];
const RESOURCES: [&str; 6] = ["*", "pods", "pods/log", "*/log", "*/*", "fresh/fresh"];
const NAMES: [&str; 3] = ["a", "b", "fresh"];
const PATHS: [&str; 6] = ["*", "/a", "/a/*", "/a/b", "/a/b*", "/fresh"];

fn words(of: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let known = &of[..of.len() - 1];
    subsequence(known, 0..=2).prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

fn rules() -> impl Strategy<Value = Vec<PolicyRule>> {
    let lists = (words(&VERBS), words(&GROUPS), words(&RESOURCES), words(&NAMES), words(&PATHS));
    let rule = lists.prop_map(|(verbs, api_groups, resources, resource_names, non_resource_urls)| {
        PolicyRule { verbs, api_groups, resources, resource_names, non_resource_urls }
    });
    prop::collection::vec(rule, 0..4)
}

/// Every request of the universe. An asterisk is asked for by what no rule writes out.
fn requests() -> Vec<Request<'static>> {
    let resources = ["pods", "pods/log", "fresh", "fresh/log", "pods/fresh", "fresh/fresh"];
    let mut requests = Vec::new();
    for verb in &VERBS[1..] {
        let request = |target| Request { verb, namespace: "", target };
        for group in &GROUPS[1..] {
            for resource in resources {
                let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
                let names = NAMES.into_iter().chain([""]);
                let of_name = |name| Target::Resource { group, resource, subresource, name };
                requests.extend(names.map(of_name).map(request));
            }
        }
        let paths = ["", "/a", "/a/", "/a/b", "/a/b/c", "/a/fresh", "/fresh"];
        requests.extend(paths.map(Target::Path).map(request));
    }
    requests
}

fn allowed(rules: &[PolicyRule]) -> BTreeSet<usize> {
    let requests = requests().into_iter().enumerate();
    requests.filter(|(_, it)| rules.iter().any(|rule| allows(rule, it))).map(|(at, _)| at).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_covered_is_allowed_and_what_is_not_is_told(others in rules(), rules in rules()) {
        let found = excess(&others, &rules).unwrap();
        let (has, asked) = (allowed(&others), allowed(&rules));
        let told = allowed(&found.rules);
        prop_assert!(asked.difference(&has).all(|it| told.contains(it)), "{:?}", found);
        prop_assert!(told.is_subset(&asked), "{:?}", found);
        prop_assert_eq!(found.rules.is_empty(), found.from.is_empty());
        let all: Vec<usize> = (0..found.rules.len()).collect();
        prop_assert_eq!(excess(&others, &found.rules).unwrap().from, all, "each goes beyond: {:?}", found);
        let together: Vec<_> = others.iter().chain(&found.rules).cloned().collect();
        prop_assert_eq!(beyond(&together, &rules), []);
    }

    #[test]
    fn what_is_not_covered_allows_more(others in rules(), rules in rules()) {
        // `*/*` is a subresource that no request of the universe can ask for.
        let odd = |rule: &PolicyRule| rule.resources.iter().any(|it| it == "*/*");
        prop_assume!(!rules.iter().any(odd));
        let found = excess(&others, &rules).unwrap();
        let covered = allowed(&rules).is_subset(&allowed(&others));
        prop_assert_eq!(found.rules.is_empty(), covered, "{:?}", found);
    }
}
