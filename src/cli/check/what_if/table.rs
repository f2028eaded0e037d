//! What would be otherwise, for people, within the width of the terminal.

use std::io::{self, Write};
use std::sync::Arc;

use super::WhatIf;
use crate::cli::check::table::{Columns, put_deviations, put_rest};
use crate::cli::page::Page;
use crate::model::Deviation;

/// What would be opened, changed and closed, with colours.
pub(in crate::cli::check) fn render(told: &WhatIf, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(width);
    let changed: Vec<_> = told.changed.iter().map(|it| Arc::clone(&it.after)).collect();
    for (title, deviations) in [("Opened", &told.opened), ("Changed", &changed), ("Closed", &told.closed)] {
        put_part(&mut page, title, deviations, told, out)?;
    }
    put_rest(&mut page, &told.verdict);
    page.title(&told.summary());
    page.move_to(out)
}

fn put_part(
    page: &mut Page,
    title: &str,
    deviations: &[Arc<Deviation>],
    told: &WhatIf,
    out: &mut dyn Write,
) -> io::Result<()> {
    if deviations.is_empty() {
        return Ok(());
    }
    page.title(&format!("{title} ({})", deviations.len()));
    page.blank();
    put_deviations(page, deviations, &told.verdict, Columns::WithDirection, out)
}
