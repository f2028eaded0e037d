//! Writes families in the Prometheus text format 0.0.4.

use std::fmt::{Display, Write as _};

use super::table::Metric;

/// A page of metrics while it is written.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// Begins a family. All its samples follow before the next family begins.
    pub(super) fn family(&mut self, metric: &'static Metric) -> Family<'_> {
        let Metric { name, kind, help, .. } = metric;
        let kind = kind.as_str();
        writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("writing to a string");
        Family { text: &mut self.text, metric }
    }

    /// Where other writers of the format append.
    pub(super) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A family while its samples are written.
#[derive(Debug)]
pub(super) struct Family<'a> {
    text: &'a mut String,
    metric: &'static Metric,
}

impl Family<'_> {
    /// One sample. `values` are those of the family's labels, in their order.
    pub(super) fn sample(&mut self, values: &[&str], value: impl Display) {
        debug_assert_eq!(values.len(), self.metric.labels.len(), "{}", self.metric.name);
        self.text.push_str(self.metric.name);
        let mut separator = '{';
        for (label, value) in self.metric.labels.iter().zip(values) {
            self.text.push(separator);
            self.text.push_str(label);
            self.text.push_str("=\"");
            escape(self.text, value);
            self.text.push('"');
            separator = ',';
        }
        if separator == ',' {
            self.text.push('}');
        }
        writeln!(self.text, " {value}").expect("writing to a string");
    }
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
