//! What a terminal is like, and bars that show how far a long work has come.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use terminal_size::{Width, terminal_size};

/// Narrower than this nothing can be read anyhow.
const WIDTH_MIN: usize = 20;

/// How many columns a line of the standard output may take. One that is no terminal takes lines of any length, unless
/// the environment says otherwise.
pub(super) fn width(environment: &[(OsString, OsString)]) -> usize {
    let columns = environment.iter().find(|(name, _)| name == "COLUMNS");
    let columns = columns.and_then(|(_, text)| text.to_str()?.parse().ok()).filter(|it| *it > 0);
    let actual = || io::stdout().is_terminal().then(terminal_size).flatten();
    let width = columns.or_else(|| actual().map(|(Width(columns), _)| usize::from(columns)));
    width.unwrap_or(usize::MAX).max(WIDTH_MIN)
}

/// A bar on the standard error that counts up to a number which grows, where that is a terminal.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len}")
        .expect("the template is a constant that parses");
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    bar.with_style(style).with_prefix(what)
}
