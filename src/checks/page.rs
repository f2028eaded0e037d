//! The documentation of the checks, made from the table itself.

use std::fmt::Write;

use super::{CHECKS, Check, Reads, pod_security};

/// The pages below docs/checks: the index, and one for each check, which is also the runbook of its alert. Each
/// with its path.
pub fn render_pages() -> Vec<(String, String)> {
    let index = ("README.md".to_owned(), render_index());
    let pages = CHECKS.iter().map(|check| (format!("{}.md", check.info.id), render_check(check)));
    [index].into_iter().chain(pages).collect()
}

const MADE: &str = "Made from the code by `UPDATE_DOCS=1 cargo test --test it docs`.";

const WRITTEN: &str = "writing to a string cannot fail";

fn render_index() -> String {
    let mut page = format!(
        "# Checks\n\n{MADE} Each page is also the runbook of the alert of its check. `plimsoll checks` lists \
         them, `plimsoll explain CHECK` shows a page in the terminal.\n"
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

fn render_check(check: &Check) -> String {
    let info = &check.info;
    let mut page = format!(
        "# {}\n\n{MADE}\n\n{}. Severity {}.\n\n- **Reads**: {}.\n",
        info.id,
        capitalized(info.title),
        info.severity,
        reads(check.reads)
    );
    if let Some(standard) = pod_security::standard(info.id) {
        writeln!(page, "- **Asked by**: {standard}.").expect(WRITTEN);
    }
    write!(page, "\n## Why it matters\n\n{}\n\n## What to do\n\n{}\n", info.why, info.mend).expect(WRITTEN);
    if info.id.starts_with("pod-security/") {
        write!(page, "\n## Where it is wanted all the same\n\n{}", waiver(info.id)).expect(WRITTEN);
    }
    if !info.references.is_empty() {
        page.push_str("\n## References\n\n");
        for reference in info.references {
            writeln!(page, "- <{reference}>").expect(WRITTEN);
        }
    }
    page
}

/// What a check must be able to see, as part of a sentence.
pub fn reads(reads: Reads) -> String {
    match reads {
        Reads::Kinds([]) => "nothing of the cluster".to_owned(),
        Reads::Kinds(kinds) | Reads::Flows(kinds) => {
            kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(", ")
        }
        Reads::Sight => "how well each kind is seen".to_owned(),
        Reads::OwnRights => "what the API server says that the daemon itself may do".to_owned(),
    }
}

fn waiver(check: &str) -> String {
    format!(
        "A waiver in the baseline excuses it until a day, and says who answers for it:\n\n\
         ```yaml\n\
         waivers:\n\
         \x20 - check: {check}\n\
         \x20   match: {{namespace: monitoring, kind: DaemonSet, name: node-exporter}}\n\
         \x20   owner: sre@example.com\n\
         \x20   reason: why it has to be\n\
         \x20   expires: 2027-03-31\n\
         ```\n"
    )
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
