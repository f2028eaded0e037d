//! The differences for people, within the width of the terminal.

use super::compare::Differences;
use crate::cli::connections::graph::{Connection, Node};
use crate::cli::connections::table::told;
use crate::cli::page::{PLAIN, Page};
use crate::network::PortSet;

/// What differs, with colours.
pub(super) fn render(differences: &Differences, width: usize) -> String {
    let Differences { added, removed, changed, within } = differences;
    let mut page = Page::new(width);
    put(&mut page, "Added", added.iter().map(line));
    put(&mut page, "Removed", removed.iter().map(line));
    let changed = changed.iter().map(|it| {
        format!("{} on {} instead of {}", pair(&it.from, &it.to), ports(&it.after), ports(&it.before))
    });
    put(&mut page, "Changed", changed);
    let within = within
        .iter()
        .map(|it| format!("{} on {} instead of {}", it.workload, ports(&it.after), ports(&it.before)));
    put(&mut page, "Between the pods of one workload", within);
    page.title(&summary(differences));
    page.into_text()
}

fn put(page: &mut Page, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() == 0 {
        return;
    }
    page.title(title);
    lines.for_each(|line| page.indented(2, line, PLAIN));
    page.blank();
}

fn line(connection: &Connection) -> String {
    format!("{} on {}", pair(&connection.from, &connection.to), connection.ports)
}

fn pair(from: &Node, to: &Node) -> String {
    format!("{} to {}", told(from), told(to))
}

fn ports(ports: &PortSet) -> String {
    if ports.is_empty() { "no port".to_owned() } else { ports.to_string() }
}

fn summary(differences: &Differences) -> String {
    if differences.is_empty() {
        return "no connection differs".to_owned();
    }
    let Differences { added, removed, changed, within } = differences;
    let counts = [(added.len(), "added"), (removed.len(), "removed"), (changed.len(), "changed")];
    let mut told: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
    if !within.is_empty() {
        told.push(format!("{} within workloads", within.len()));
    }
    told.join(", ")
}
