//! The pages that are made from the program are in step with it. `UPDATE_DOCS=1` writes them anew.

use std::fs;
use std::path::Path;

#[test]
fn settings_page_is_in_step() {
    in_step("docs/settings.md", &plimsoll::config::render_page());
}

#[test]
fn checks_page_is_in_step() {
    in_step("docs/checks.md", &plimsoll::checks::render_page());
}

#[test]
fn metrics_page_is_in_step() {
    in_step("docs/metrics.md", &plimsoll::sinks::metrics::render_docs());
}

fn in_step(path: &str, page: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, page).expect("the page can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "{path} is out of step: run UPDATE_DOCS=1 cargo test --test it docs");
}
