//! Metrics in the Prometheus text format: what the daemon counts of itself, and what the view tells.

mod process;
mod registry;
mod table;
mod text;
mod view;

pub use registry::{Metrics, WatchEvent};
pub use table::{METRICS, Metric, MetricKind, render_docs};
pub use view::Options;

use crate::model::View;

/// The whole page. The order of families and series is always the same.
pub fn render(view: &View, metrics: &Metrics, options: Options) -> String {
    render_with(view, metrics, options, &process::Proc::read())
}

fn render_with(view: &View, metrics: &Metrics, options: Options, process: &process::Proc) -> String {
    let mut page = text::Page::default();
    view::render(view, options, &mut page);
    metrics.render(page.text_mut());
    process.render(&mut page);
    page.into_text()
}

#[cfg(test)]
mod tests;
