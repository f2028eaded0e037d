//! The reference page of the settings, `docs/settings.md`.

use std::fmt::Write;

use super::{Setting, settings};

const HEAD: &str = "\
# Settings

<!-- Made from config.toml: UPDATE_DOCS=1 cargo test --test it docs -->

A flag goes before the environment, the environment before the file, the file before the default. The file is TOML and
is named by `--config` or `PLIMSOLL_CONFIG`; without it there are only defaults. Unknown settings are refused, wherever
they are given. In the environment and in flags, a list is written with commas; such a flag may be repeated too.
";

/// The page, in Markdown: every setting in the order of `config.toml`.
pub fn render_page() -> String {
    let mut page = HEAD.to_owned();
    let mut section = "";
    for setting in settings() {
        if setting.section != section {
            section = &setting.section;
            push(&mut page, format_args!("\n## [{section}]\n\n{}\n", setting.section_doc));
        }
        push_setting(&mut page, setting);
    }
    page
}

fn push_setting(page: &mut String, setting: &Setting) {
    let Setting { key, flag, variable, default, shape, doc, .. } = setting;
    push(page, format_args!("\n### `{key}`\n\n{doc}\n\n"));
    push(page, format_args!("| default | values | flag | environment |\n|---|---|---|---|\n"));
    push(page, format_args!("| `{default}` | {shape} | `--{flag}` | `{variable}` |\n"));
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("writing to a string does not fail");
}
