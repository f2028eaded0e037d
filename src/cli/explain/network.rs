//! What policies make of the workload that a deviation of the network is about.

use std::path::PathBuf;

use super::deviation::Told;
use crate::cli::connections::{Reach, Sides, Source, sides};
use crate::cli::page::{DIM, PLAIN, Page};
use crate::config::Config;
use crate::network::Direction;

/// The family of the checks that are about flows.
pub(super) const FAMILY: &str = "network/";

/// Tells what the files say of it, or the live cluster where there are none, where the deviation is about flows of a
/// workload.
pub(super) fn put(page: &mut Page, told: &Told, paths: &[PathBuf], config: &Config) {
    let Some((direction, reach)) = asked(told) else { return };
    let source = match paths {
        [] => Source::live(config),
        paths => Source::files(paths),
    };
    match source {
        Ok(source) => put_sides(page, &source, told, direction, reach),
        // The daemon has told what it knows.
        Err(error) => {
            page.indented(0, format!("Which policies decide on it cannot be told: {error:#}"), DIM);
            page.blank();
        }
    }
}

fn put_sides(page: &mut Page, source: &Source, told: &Told, direction: Direction, reach: Reach) {
    let [_, namespace, _] = told.object_parts();
    if let Some(unknown) = source.unknown_in(namespace) {
        page.indented(0, format!("It is not known {unknown}"), DIM);
        return page.blank();
    }
    let Some(Sides { isolation, open }) = sides(source, told.object_parts(), direction, reach) else {
        return;
    };
    page.title("Isolation");
    for line in &isolation {
        page.indented(2, line, PLAIN);
    }
    page.blank();
    if !open.is_empty() {
        page.title(&format!(
            "Open for {}, and by what on either side",
            direction.as_str().to_ascii_lowercase()
        ));
        for (connection, rules) in &open {
            page.indented(2, connection, PLAIN);
            for rule in rules {
                page.indented(4, rule, DIM);
            }
        }
        page.blank();
    }
}

/// The direction that the deviation is about, and the connections that it may mean.
fn asked(told: &Told) -> Option<(Direction, Reach)> {
    let check = told.check.strip_prefix(FAMILY)?;
    let direction = Direction::ALL.into_iter().find(|it| it.as_str() == told.key);
    Some(match check {
        "not-isolated" | "undeclared-flow" => (direction?, Reach::Everywhere),
        "cross-namespace" => (direction?, Reach::OtherNamespaces),
        "internet-egress" => (Direction::Egress, Reach::Outside),
        "lost-flow" => (Direction::Ingress, Reach::Nowhere),
        _ => return None,
    })
}
