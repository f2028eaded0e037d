//! What would be otherwise, for a pull request.

use std::io::{self, Write};
use std::sync::Arc;

use super::WhatIf;
use crate::cli::check::markdown::Sheet;

pub(in crate::cli::check) fn render(told: &WhatIf, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::titled(&told.summary());
    sheet.put_unjudged(&told.verdict);
    let changed: Vec<_> = told.changed.iter().map(|it| Arc::clone(&it.after)).collect();
    for (heading, deviations) in [("Opened", &told.opened), ("Changed", &changed), ("Closed", &told.closed)] {
        sheet.put_deviations(heading, deviations, &told.verdict);
    }
    sheet.put_waived(&told.verdict.waived);
    out.write_all(sheet.text.as_bytes())
}
