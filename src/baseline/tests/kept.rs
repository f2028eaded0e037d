//! What stays in force when files change, break and go.

use super::{CHECKS, EXAMPLE};
use crate::baseline::{Declared, Shelf, Source};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n";
const BROKEN: &str = "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {name: b}\nspec: {x: 1}\n";

fn named(name: &str, level: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {{name: {name}}}\n\
         spec: {{podSecurity: {{level: {level}}}}}\n"
    )
}

fn shelf() -> Shelf {
    Shelf::new(CHECKS.to_vec())
}

fn source(file: &str, text: &str) -> Source {
    Source { file: file.into(), content: Ok(text.into()) }
}

/// The baselines in force with their levels, and the objects.
fn in_force(declared: &Declared) -> Vec<String> {
    let baselines = declared.baselines.iter().map(|it| {
        let level = it.pod_security.as_ref().map(|it| it.level.to_string());
        format!("{} {}", it.declaration.name, level.unwrap_or_default())
    });
    let objects = declared.objects.iter().map(|it| format!("{} {}/{}", it.kind, it.namespace, it.name));
    baselines.chain(objects).collect()
}

#[test]
fn a_broken_document_keeps_its_last_good_version_and_no_other() {
    let mut shelf = shelf();
    shelf.update(vec![source("f", &format!("{}---\n{}", named("a", "baseline"), named("b", "baseline")))]);
    let changed = format!("{}---\n{BROKEN}", named("a", "restricted"));
    let declared = shelf.update(vec![source("f", &changed)]);
    assert_eq!(in_force(&declared), ["a restricted", "b baseline"]);
    assert_eq!(declared.problems.len(), 1);
    assert!(!declared.incomplete);
    let declared = shelf
        .update(vec![source("f", &format!("{}---\n{}", named("a", "restricted"), named("b", "restricted")))]);
    assert_eq!(
        (in_force(&declared), declared.problems.len()),
        (vec!["a restricted".to_owned(), "b restricted".to_owned()], 0)
    );
}

#[test]
fn a_bad_entry_is_left_out_and_its_document_stays() {
    let declared =
        shelf().update(vec![source("f", &EXAMPLE.replace("reason: reads host metrics", "reason: ''"))]);
    assert_eq!(in_force(&declared), ["production restricted"]);
    assert_eq!((declared.baselines[0].waivers.len(), declared.problems.len()), (0, 1));
    assert!(!declared.incomplete);
    let text = EXAMPLE.replace("kind: ServiceAccount", "kind: ServiceAcount");
    let declared = shelf().update(vec![source("f", &text)]);
    assert_eq!(declared.baselines[0].secrets.as_ref().unwrap().readers.as_ref().unwrap().len(), 1);
}

#[test]
fn a_file_that_is_no_longer_yaml_keeps_all_of_its_documents() {
    for text in ["a: [\n", "\u{0}"] {
        let mut shelf = shelf();
        shelf.update(vec![source("f", &format!("{}---\n{POD}", named("a", "baseline"))), source("g", POD)]);
        let declared = shelf.update(vec![source("f", text)]);
        assert_eq!(in_force(&declared), ["a baseline", "Pod shop/a"], "{text}");
        assert!(!declared.incomplete && !declared.problems.is_empty());
    }
}

#[test]
fn a_document_that_cannot_be_recognized_may_be_any_that_is_missed() {
    let mut shelf = shelf();
    shelf.update(vec![source("f", &format!("{}---\n{}", named("a", "baseline"), named("b", "baseline")))]);
    let declared = shelf.update(vec![source("f", &format!("{}---\nkind: [\n", named("a", "restricted")))]);
    assert_eq!(in_force(&declared), ["a restricted", "b baseline"]);
    assert!(!declared.incomplete);
}

#[test]
fn a_file_that_cannot_be_read_keeps_its_documents() {
    let mut shelf = shelf();
    shelf.update(vec![source("f", &named("a", "baseline"))]);
    let unreadable = Source { file: "f".into(), content: Err("permission denied".to_owned()) };
    let declared = shelf.update(vec![unreadable.clone()]);
    assert_eq!(in_force(&declared), ["a baseline"]);
    assert_eq!(declared.problems[0].to_string(), "f:1:1: permission denied");
    let declared = shelf.keep("dir".into(), "gone");
    assert_eq!((in_force(&declared), declared.incomplete), (vec!["a baseline".to_owned()], false));
    assert!(self::shelf().update(vec![unreadable]).incomplete);
    assert!(self::shelf().keep("dir".into(), "gone").incomplete);
}

#[test]
fn what_is_gone_is_gone() {
    let mut shelf = shelf();
    shelf.update(vec![
        source("f", &format!("{}---\n{POD}", named("a", "baseline"))),
        source("g", &named("b", "baseline")),
    ]);
    let declared = shelf.update(vec![source("f", POD), source("g", &named("b", "baseline"))]);
    assert_eq!(in_force(&declared), ["b baseline", "Pod shop/a"]);
    let declared = shelf.update(vec![source("g", &named("b", "baseline"))]);
    assert_eq!(in_force(&declared), ["b baseline"]);
}

#[test]
fn without_a_baseline_the_embedded_default_is_in_force() {
    let declared = shelf().update(Vec::new());
    assert_eq!(declared.baselines, Declared::hardened().baselines);
    assert_eq!((declared.objects, declared.problems, declared.incomplete), (vec![], vec![], false));
    assert_eq!(
        in_force(&shelf().update(vec![source("f", POD)])),
        ["hardened restricted", "hardened-kube-system ", "Pod shop/a"]
    );
    // One that is meant and broken is not replaced by what nobody declared.
    let declared = shelf().update(vec![source("f", BROKEN)]);
    assert!(declared.incomplete && declared.baselines.is_empty());
}

#[test]
fn of_two_with_one_name_the_first_is_in_force() {
    let again = named("a", "restricted");
    let declared = shelf()
        .update(vec![source("f", &named("a", "baseline")), source("g", &format!("{POD}---\n{again}"))]);
    assert_eq!(in_force(&declared), ["a baseline", "Pod shop/a"]);
    let said: Vec<_> = declared.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["g:5:1: metadata.name: a second Baseline \"a\": the first, f:1, is in force, and this one is not"]
    );
    let other = POD.replace("shop", "other");
    let declared = shelf().update(vec![source("f", &format!("{POD}---\n{other}---\n{POD}"))]);
    assert_eq!(in_force(&declared), ["Pod shop/a", "Pod other/a"]);
    assert!(declared.problems[0].message.contains("in the namespace \"shop\""));
}

#[test]
fn lists_are_unfolded() {
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Pod, metadata: {{name: a}}}}\n\
         - {{apiVersion: v1, kind: Pod}}\n- {{apiVersion: v1, kind: Secret, metadata: {{name: b}}}}\n---\n{}",
        named("c", "baseline")
    );
    let declared = shelf().update(vec![source("f", &list)]);
    assert_eq!(in_force(&declared), ["c baseline", "Pod /a", "Secret /b"]);
    let said: Vec<_> = declared.problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["f:5:3: items[1].metadata.name: missing: expected the name of the object"]);
    let lines: Vec<_> = declared.objects.iter().map(|it| it.line).collect();
    assert_eq!(lines, [4, 6]);
}

#[test]
fn what_a_secret_holds_is_not_held() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {a: hunter2}}\ntype: Opaque\n\
                  data: {a: hunter2}\nstringData: {b: hunter2}\n";
    let declared = shelf().update(vec![source("f", secret)]);
    let held = format!("{declared:?}");
    assert!(held.contains("Opaque") && !held.contains("hunter2"), "{held}");
    let other = secret.replace("kind: Secret", "kind: ConfigMap");
    assert!(format!("{:?}", shelf().update(vec![source("f", &other)])).contains("hunter2"));
}

#[test]
fn a_namespace_is_a_text() {
    let declared = shelf().update(vec![source("f", &POD.replace("shop", "5"))]);
    let said: Vec<_> = declared.problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["f:3:32: metadata.namespace: expected the name of a namespace, found 5"]);
}
