//! The floors of the house: a module may use its own floor and those below it, never one above.
//!
//! Sources are read as Rust tokens, so that comments and strings do not count. Every path that begins with `crate` or
//! climbs to it with `super` is followed to the top-level module that it names.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Each top-level module and its floor. A new module has to be placed here.
const FLOORS: [(&str, u8); 16] = [
    ("model", 0),
    ("wire", 0),
    ("rbac", 1),
    ("network", 1),
    ("snapshot", 1),
    ("baseline", 1),
    ("checks", 1),
    ("ledger", 1),
    ("engine", 2),
    ("watch", 3),
    ("sinks", 3),
    ("serve", 3),
    ("demo", 3),
    ("config", 4),
    ("run", 4),
    ("cli", 5),
];

/// Uses within a floor that are refused all the same, with the reason.
const REFUSED: [(&str, &str, &str); 2] = [
    ("model", "wire", "plain nouns know nothing of encodings"),
    ("config", "run", "settings are read before anything runs"),
];

#[test]
fn no_module_uses_a_floor_above_its_own() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    let mut faults = Vec::new();
    for file in &files {
        let name =
            file.strip_prefix(&src).expect("the file was found there").to_string_lossy().replace('\\', "/");
        faults.extend(faults_of(&name, &fs::read_to_string(file).expect("sources are readable")));
    }
    assert!(files.len() > 2, "the sources were not found");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("directories of sources are readable") {
        let path = entry.expect("directories of sources are readable").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// What the file `name` (below `src`, such as `watch/mod.rs`) uses and must not.
fn faults_of(name: &str, source: &str) -> Vec<String> {
    let module = module_of(name);
    let Some(top) = module.first() else { return Vec::new() };
    let Some(floor) = floor_of(top) else {
        return vec![format!("{name}: the module `{top}` is on no floor; place it in tests/it/floors.rs")];
    };
    let tokens: TokenStream = match source.parse() {
        Ok(tokens) => tokens,
        Err(error) => return vec![format!("{name}: not Rust: {error}")],
    };
    let mut used = Vec::new();
    scan(&tokens.into_iter().collect::<Vec<_>>(), module.len(), &mut used);
    used.sort_unstable();
    used.dedup();
    used.iter()
        .filter_map(|target| judge(top, floor, target))
        .map(|fault| format!("{name}: {fault}"))
        .collect()
}

/// The path of the module that a file holds; empty for the two roots.
fn module_of(name: &str) -> Vec<&str> {
    let mut path: Vec<&str> = name.trim_end_matches(".rs").split('/').collect();
    if path.last() == Some(&"mod") {
        path.pop();
    }
    if matches!(path[..], ["lib" | "main"]) { Vec::new() } else { path }
}

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

fn judge(top: &str, floor: u8, target: &str) -> Option<String> {
    let refused = REFUSED.iter().find(|(from, to, _)| *from == top && *to == target);
    match floor_of(target) {
        _ if target == top => None,
        None => Some(format!("`crate::{target}` is on no floor; place it in tests/it/floors.rs")),
        Some(above) if above > floor => {
            Some(format!("`{top}` (floor {floor}) must not use `{target}` (floor {above})"))
        }
        Some(_) => refused.map(|(_, _, reason)| format!("`{top}` must not use `{target}`: {reason}")),
    }
}

/// Collects the top-level modules that paths in `tokens` name. `depth` is how deep the module is that they stand in: 1
/// is a top-level module.
fn scan(tokens: &[TokenTree], depth: usize, used: &mut Vec<String>) {
    let mut at = 0;
    while at < tokens.len() {
        let inside = is_module_body(tokens, at);
        match &tokens[at] {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                scan(&inner, depth + usize::from(inside), used);
                at += 1;
            }
            TokenTree::Ident(_) if starts_path(tokens, at) => at = path(tokens, at, depth, used),
            _ => at += 1,
        }
    }
}

/// Whether the group at `at` is the body of an inline module.
fn is_module_body(tokens: &[TokenTree], at: usize) -> bool {
    let brace = matches!(&tokens[at], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    brace && at >= 2 && is_word(&tokens[at - 2], "mod") && matches!(tokens[at - 1], TokenTree::Ident(_))
}

/// Whether the word at `at` is the first of a path. In `crate::x` the `x` is not; in `::x` it is, and is another crate.
fn starts_path(tokens: &[TokenTree], at: usize) -> bool {
    ["crate", "super", "self"].iter().any(|word| is_word(&tokens[at], word))
        && !(at >= 2 && is_colons(tokens, at - 2))
}

/// Follows the path at `at` and gives where the scan goes on. `depth` shrinks with each `super`, until it is the crate.
fn path(tokens: &[TokenTree], at: usize, mut depth: usize, used: &mut Vec<String>) -> usize {
    if is_word(&tokens[at], "crate") {
        depth = 0;
    } else if is_word(&tokens[at], "super") {
        depth = depth.saturating_sub(1);
    }
    let at = at + 1;
    if !is_colons(tokens, at) {
        // `pub(crate)` and `pub(super)` name no module. `use crate as x` would hide what it names from this test.
        let alone = at == tokens.len();
        if depth == 0 && !alone {
            used.push("*".to_owned());
        }
        return at;
    }
    follow(&tokens[at + 2..], depth, used);
    at + 2
}

/// Notes what a path names that goes on with `rest`, from a module that is `depth` deep.
fn follow(rest: &[TokenTree], depth: usize, used: &mut Vec<String>) {
    match rest.first() {
        Some(TokenTree::Ident(word)) if *word == "super" => {
            path(rest, 0, depth, used);
        }
        Some(TokenTree::Group(group)) => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma =
                |token: &TokenTree| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',');
            for entry in inner.split(is_comma) {
                follow(entry, depth, used);
            }
        }
        Some(name) if depth == 0 => used.push(name.to_string()),
        _ => {}
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(name) if *name == word)
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    match tokens.get(at..at + 2) {
        Some([TokenTree::Punct(first), TokenTree::Punct(second)]) => {
            (first.as_char(), first.spacing(), second.as_char()) == (':', Spacing::Joint, ':')
        }
        _ => false,
    }
}

#[test]
fn lower_and_own_floors_may_be_used() {
    let source = "
        use crate::model::{Kind, Finding};
        use crate::{engine::Engine, snapshot};
        use super::stream;
        pub(crate) fn f(x: &crate::wire::Pod) -> std::io::Result<()> { self::g(); crate::watch::h(); crate::sinks::i() }
        pub(super) fn g(self: Self) {}
        mod inner { use super::super::super::model; use super::f; }
    ";
    assert_eq!(faults_of("watch/client.rs", source), Vec::<String>::new());
    assert_eq!(faults_of("wire/pod.rs", "use crate::model::Kind;"), Vec::<String>::new());
    assert_eq!(faults_of("main.rs", "fn main() { plimsoll::cli::main() }"), Vec::<String>::new());
}

#[test]
fn higher_floors_may_not_be_used_however_they_are_named() {
    let cases = [
        ("ledger.rs", "use crate::engine::Engine;"),
        ("ledger.rs", "use crate::{model, engine as e};"),
        ("ledger.rs", "use {std::fmt, crate::{engine}};"),
        ("ledger.rs", "use super::engine;"),
        ("ledger.rs", "fn f() { crate :: engine :: f() }"),
        ("ledger.rs", "fn f() { info!(x = crate::engine::f()) }"),
        ("ledger.rs", "macro_rules! m { () => { $crate::engine::f() } }"),
        ("ledger.rs", "mod tests { use super::super::engine; }"),
        ("checks/rbac/wildcard.rs", "use super::super::super::{model, engine};"),
        ("checks/rbac/wildcard.rs", "use super::{a, super::{super::engine}};"),
        ("checks/rbac/wildcard.rs", "fn f(x: <crate::engine::E as T>::X) {}"),
        ("checks/rbac/mod.rs", "mod a { mod b { use self::super::super::super::super::engine; } }"),
        ("checks/mod.rs", "#[cfg(test)] mod tests { use crate::engine; }"),
    ];
    for (name, source) in cases {
        let expected = "must not use `engine` (floor 2)";
        let faults = faults_of(name, source);
        assert!(faults.len() == 1 && faults[0].contains(expected), "{source}: {faults:?}");
    }
}

#[test]
fn settings_are_for_the_top_and_nouns_for_themselves() {
    assert_eq!(faults_of("sinks/mod.rs", "use crate::config::Config;").len(), 1);
    assert_eq!(faults_of("run.rs", "use crate::config::Config;").len(), 0);
    assert_eq!(faults_of("config/mod.rs", "use crate::run;").len(), 1);
    assert_eq!(faults_of("model/mod.rs", "use crate::wire::Pod;").len(), 1);
}

#[test]
fn comments_and_strings_are_not_used() {
    let source = r##"
        //! See crate::engine.
        /// Called by [`crate::engine`]. /* use crate::engine; */
        const A: &str = "use crate::engine;"; // crate::engine
        const B: &str = r#"" crate::engine "#;
        const C: (char, &[u8]) = ('"', b"crate::engine");
        use other::model::crate_::engine;
    "##;
    assert_eq!(faults_of("model/check.rs", source), Vec::<String>::new());
}

#[test]
fn unplaced_modules_and_hidden_names_are_refused() {
    assert!(faults_of("extras/mod.rs", "")[0].contains("place it in"));
    assert!(faults_of("extras.rs", "")[0].contains("place it in"));
    assert!(faults_of("cli/mod.rs", "use crate::extras::x;")[0].contains("on no floor"));
    for source in ["use crate::*;", "use crate as c;", "use super as c;", "use crate::{self as c};"] {
        assert_eq!(faults_of("model.rs", source).len(), 1, "{source}");
    }
}
