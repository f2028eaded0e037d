//! What queries of Prometheus name, held to the metrics that there are. A scanner and no parser: Prometheus itself says
//! elsewhere whether a query is well formed.

use std::collections::BTreeSet;

use plimsoll::sinks::metrics::{METRICS, Metric, MetricKind};

/// The labels that Prometheus gives every series of a target.
const OF_TARGETS: [&str; 3] = ["instance", "job", "pod"];

/// What is followed by a list of labels.
const LISTS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Asserts that every metric in the query is one of the daemon's, and has the labels that are asked of it.
pub(crate) fn check(query: &str) {
    let named = Named::of(query);
    assert!(!named.selectors.is_empty(), "{query} asks for no metric");
    let mut known: BTreeSet<&str> = OF_TARGETS.into();
    for (metric, labels) in &named.selectors {
        let has = labels_of(metric).unwrap_or_else(|| panic!("there is no {metric}: {query}"));
        for label in labels {
            assert!(
                has.contains(&label.as_str()) || OF_TARGETS.contains(&label.as_str()),
                "{metric} has no {label}: {query}"
            );
        }
        known.extend(has);
    }
    for label in &named.listed {
        assert!(known.contains(label.as_str()), "no metric has {label}: {query}");
    }
}

/// The labels of the series of that name; none where there is no such metric.
fn labels_of(series: &str) -> Option<Vec<&'static str>> {
    if series == "up" {
        return Some(Vec::new());
    }
    METRICS.iter().find_map(|metric| labels_in(metric, series))
}

/// The labels of the series, if it is of this family.
fn labels_in(metric: &Metric, series: &str) -> Option<Vec<&'static str>> {
    let mut labels = metric.labels.to_vec();
    match series.strip_prefix(metric.name)? {
        "" if metric.kind != MetricKind::Histogram => {}
        "_sum" | "_count" if metric.kind == MetricKind::Histogram => {}
        "_bucket" if metric.kind == MetricKind::Histogram => labels.push("le"),
        _ => return None,
    }
    Some(labels)
}

#[derive(Default)]
struct Named {
    /// Each metric, with the labels that are matched in its braces.
    selectors: Vec<(String, Vec<String>)>,
    /// The labels in lists such as that of `by`.
    listed: Vec<String>,
}

impl Named {
    fn of(query: &str) -> Self {
        let mut named = Self::default();
        let tokens = tokens(query);
        let mut tokens = tokens.iter().map(String::as_str).peekable();
        while let Some(token) = tokens.next() {
            match token {
                word if LISTS.contains(&word) => {
                    named.listed.extend(
                        tokens.by_ref().take_while(|it| *it != ")").filter(is_word).map(str::to_owned),
                    );
                }
                "{" => {
                    let labels =
                        tokens.by_ref().take_while(|it| *it != "}").filter(is_word).map(str::to_owned);
                    named.selectors.last_mut().expect("braces follow a metric").1.extend(labels);
                }
                word if word == "up" || is_ours(word) => {
                    // A function of such a name would be followed by what it is of.
                    assert_ne!(tokens.peek(), Some(&"("), "{query}");
                    named.selectors.push((word.to_owned(), Vec::new()));
                }
                _ => {}
            }
        }
        named
    }
}

fn is_ours(word: &str) -> bool {
    word.starts_with("plimsoll_") || word.starts_with("process_")
}

fn is_word(token: &&str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Words and signs; what stands in quotes or in brackets is no name and is left out.
fn tokens(query: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = query.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => drop(rest.by_ref().find(|it| *it == '"')),
            '[' => drop(rest.by_ref().find(|it| *it == ']')),
            c if c.is_whitespace() => {}
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(next) = rest.next_if(|it| it.is_ascii_alphanumeric() || *it == '_') {
                    word.push(next);
                }
                tokens.push(word);
            }
            sign => tokens.push(sign.to_string()),
        }
    }
    tokens
}

#[test]
fn a_query_may_ask_for_what_there_is() {
    check("sum by (check) (plimsoll_deviations{namespace=~\"a{1}\"}) / on (check) up[5m]");
    check("histogram_quantile(0.9, sum by (le) (rate(plimsoll_detection_seconds_bucket[5m])))");
}

#[test]
#[should_panic(expected = "there is no plimsoll_deviation:")]
fn a_metric_that_is_not_there_is_found() {
    check("plimsoll_deviation > 0");
}

#[test]
#[should_panic(expected = "plimsoll_watch_synced has no check")]
fn a_label_that_the_metric_has_not_is_found() {
    check("plimsoll_watch_synced{check=\"a/b\"}");
}

#[test]
#[should_panic(expected = "no metric has kind")]
fn a_label_that_no_metric_of_the_query_has_is_found() {
    check("sum by (kind) (plimsoll_deviations)");
}
