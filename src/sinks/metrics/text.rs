//! Writes families in the Prometheus text format 0.0.4.

use std::fmt::{Display, Write as _};

use bytes::Bytes;

use super::table::Metric;

/// A page of metrics while it is written: text, and parts that are shared with other pages.
#[derive(Debug, Default)]
pub(super) struct Page {
    parts: Vec<Bytes>,
    /// What follows on the parts.
    text: String,
}

impl Page {
    /// Begins a family. All its samples follow before the next family begins.
    pub(super) fn family(&mut self, metric: &'static Metric) -> Family<'_> {
        let Metric { name, kind, help, .. } = metric;
        let kind = kind.as_str();
        writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("writing to a string");
        Family { page: self, metric }
    }

    /// Where other writers of the format append.
    pub(super) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    pub(super) fn into_parts(mut self) -> Vec<Bytes> {
        self.end_text();
        self.parts
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(std::mem::take(&mut self.text).into());
        }
    }
}

/// A family while its samples are written.
#[derive(Debug)]
pub(super) struct Family<'a> {
    page: &'a mut Page,
    metric: &'static Metric,
}

impl Family<'_> {
    /// One sample. `values` are those of the family's labels, in their order.
    pub(super) fn sample(&mut self, values: &[&str], value: impl Display) {
        sample(&mut self.page.text, self.metric, values, value);
    }

    /// Samples of this family that are rendered already.
    pub(super) fn splice(&mut self, parts: impl Iterator<Item = Bytes>) {
        self.page.end_text();
        self.page.parts.extend(parts);
    }
}

/// Appends one sample of a family. `values` are those of its labels, in their order.
pub(super) fn sample(text: &mut String, metric: &'static Metric, values: &[&str], value: impl Display) {
    debug_assert_eq!(values.len(), metric.labels.len(), "{}", metric.name);
    text.push_str(metric.name);
    let mut separator = '{';
    for (label, value) in metric.labels.iter().zip(values) {
        text.push(separator);
        text.push_str(label);
        text.push_str("=\"");
        escape(text, value);
        text.push('"');
        separator = ',';
    }
    if separator == ',' {
        text.push('}');
    }
    writeln!(text, " {value}").expect("writing to a string");
}

/// A name in the cluster may be anything that its API lets through; it must not end its label or its line.
fn escape(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}
