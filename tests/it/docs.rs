//! The pages that are made from the program are in step with it. `UPDATE_DOCS=1` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn settings_page_is_in_step() {
    in_step("docs/settings.md", &plimsoll::config::render_page());
}

#[test]
fn baseline_page_is_in_step() {
    in_step("docs/baseline.md", &plimsoll::baseline::render_page());
}

#[test]
fn the_pages_of_the_checks_are_in_step() {
    let pages = plimsoll::checks::render_pages();
    for (path, page) in &pages {
        in_step(&format!("docs/checks/{path}"), page);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks");
    for file in files(&root) {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        assert!(pages.iter().any(|(known, _)| *known == path), "docs/checks/{path} is of no check");
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn metrics_page_is_in_step() {
    in_step("docs/metrics.md", &plimsoll::sinks::metrics::render_docs());
}

#[test]
fn commands_page_is_in_step() {
    in_step("docs/commands.md", &plimsoll::cli::render_page());
}

pub(crate) fn in_step(path: &str, page: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).expect("the folder can be made");
        fs::write(&file, page).expect("the page can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "{path} is out of step: run UPDATE_DOCS=1 cargo test --test it");
}
