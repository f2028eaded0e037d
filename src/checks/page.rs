//! The documentation of the checks, made from the table itself.

use std::fmt::Write;

use super::{CHECKS, Check, Reads};

/// docs/checks.md: every check, which is also the runbook of its alert.
pub fn render_page() -> String {
    let mut page = String::from(
        "# Checks\n\n\
         Made from the code by `UPDATE_DOCS=1 cargo test --test it docs`. Each section is also the runbook of \
         the alert of that check.\n",
    );
    let mut family = "";
    for info in CHECKS.iter().map(|check| &check.info) {
        let (of, name) = info.id.split_once('/').unwrap_or((info.id, ""));
        if of != family {
            write!(page, "\n## {of}\n\n| check | severity | it finds |\n| --- | --- | --- |\n")
                .expect(WRITTEN);
            family = of;
        }
        writeln!(page, "| [{name}]({}.md) | {} | {} |", info.id, info.severity, info.title).expect(WRITTEN);
    }
    page
}

fn render_check(page: &mut String, check: &Check) {
    let info = &check.info;
    let reads = match check.reads {
        Reads::Kinds([]) => "how the other checks fared".to_owned(),
        Reads::Kinds(kinds) => kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
        Reads::Sight => "how well each kind is seen".to_owned(),
    };
    write!(
        page,
        "\n## {}\n\n{}. Severity {}.\n\n\
         - **Reads**: {reads}.\n\
         - **Why it matters**: {}\n\
         - **What to do**: {}\n",
        info.id,
        capitalized(info.title),
        info.severity,
        info.why,
        info.mend,
    )
    .expect("writing to a string cannot fail");
    for reference in info.references {
        writeln!(page, "- **Reference**: <{reference}>").expect("writing to a string cannot fail");
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
