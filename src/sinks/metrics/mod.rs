//! Metrics in the Prometheus text format: what the daemon counts of itself, and what the view tells.

mod kept;
mod process;
mod registry;
mod series;
mod table;
mod text;
mod view;

use bytes::Bytes;
use parking_lot::Mutex;

pub use registry::{Metrics, WatchEvent};
pub use table::{METRICS, Metric, MetricKind, render_docs};
pub use view::Options;

use crate::model::View;
use kept::Kept;

/// The page of metrics, of which what does not change is kept as text from scrape to scrape.
#[derive(Debug)]
pub struct Exposition {
    options: Options,
    kept: Mutex<Kept>,
}

impl Exposition {
    /// Nothing is kept before the first scrape.
    pub fn new(options: Options) -> Self {
        Self { options, kept: Mutex::default() }
    }

    /// The whole page, in parts that follow each other and are shared with the pages before: whoever sends them
    /// slowly holds text and nothing of the view. The order of families and series is always the same.
    ///
    /// It costs what changed since the last call. Calls wait for each other.
    pub fn render(&self, view: &View, metrics: &Metrics) -> Vec<Bytes> {
        self.render_with(view, metrics, &process::Proc::read())
    }

    fn render_with(&self, view: &View, metrics: &Metrics, process: &process::Proc) -> Vec<Bytes> {
        let mut page = text::Page::default();
        view::render(view, &mut self.kept.lock(), self.options, &mut page);
        metrics.render(&mut page);
        process.render(&mut page);
        page.into_parts()
    }
}

/// The whole page, once.
pub fn render(view: &View, metrics: &Metrics, options: Options) -> String {
    joined(&Exposition::new(options).render(view, metrics))
}

fn joined(parts: &[Bytes]) -> String {
    String::from_utf8(parts.concat()).expect("every part is made of whole strings")
}

#[cfg(test)]
mod tests;
