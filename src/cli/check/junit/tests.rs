//! XML that is well-formed whatever it tells of, and says what passed.

use roxmltree::{Document, Node};

use super::super::sample::{empty, hostile, with};
use super::*;
use crate::model::Kind;

fn rendered(verdict: &Verdict) -> String {
    let mut out = Vec::new();
    render(verdict, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("XML is text")
}

fn cases<'a>(document: &'a Document<'a>, outcome: &str) -> Vec<Node<'a, 'a>> {
    let is = |node: &Node<'_, '_>| {
        node.has_tag_name("testcase") && node.children().any(|it| it.has_tag_name(outcome))
    };
    document.descendants().filter(is).collect()
}

#[test]
fn a_clean_run_shows_what_passed() {
    let text = rendered(&empty());
    let document = Document::parse(&text).expect("well-formed");
    let passed = document.descendants().filter(|it| it.has_tag_name("testcase"));
    assert_eq!(passed.clone().count(), CHECKS.len() - 1, "baseline/problem is told with the input");
    assert!(passed.clone().all(|it| it.first_child().is_none()));
    assert_eq!(document.root_element().attribute("failures"), Some("0"));
}

#[test]
fn hostile_text_is_well_formed() {
    let text = rendered(&hostile());
    let document = Document::parse(&text).expect("well-formed");
    for outcome in ["failure", "skipped", "error"] {
        let [case] = cases(&document, outcome)[..] else { panic!("{outcome}: {text}") };
        let name = case.attribute("name").expect("every case has a name");
        assert!(name.contains(r"[31m\u{0}\u{fffe}\n| @team #1 `<img src=x>` ]]> "), "{name}");
    }
    // What passed is that of every run.
    let own: Vec<_> =
        text.lines().filter(|it| !it.contains("testsuite") && !it.ends_with(r#""/>"#)).collect();
    insta::assert_snapshot!(own.join("\n"));
}

#[test]
fn what_was_not_judged_is_an_error_and_no_pass() {
    let check = CHECKS[0].info.id;
    let blind = vec![Blind { check, kind: Kind::Pod, reason: "forbidden" }];
    let text = rendered(&Verdict { blind, ..empty() });
    let document = Document::parse(&text).expect("well-formed");
    let [case] = cases(&document, "error")[..] else { panic!("{text}") };
    assert_eq!(case.attribute("classname"), Some(check));
    let suite = case.parent().expect("a case is in a suite");
    assert_eq!((suite.attribute("tests"), suite.attribute("errors")), (Some("1"), Some("1")));
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
}

#[test]
fn each_deviation_is_a_case_of_its_own() {
    let text = rendered(&with(3));
    let document = Document::parse(&text).expect("well-formed");
    let failed = cases(&document, "failure");
    let names: Vec<_> = failed.iter().filter_map(|it| it.attribute("name")).collect();
    assert_eq!(names[0], "Deployment/shop/web-0 web-0/privileged");
    assert_eq!((names.len(), document.root_element().attribute("failures")), (3, Some("3")));
}
