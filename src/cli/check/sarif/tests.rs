//! What the results say, and that no report is held as a whole.

use std::sync::Arc;

use serde_json::Value;
use tikv_jemalloc_ctl::thread::{allocatedp, deallocatedp};

use super::super::sample::{deviation, empty, hostile, with};
use super::super::verdict::Blind;
use super::*;
use crate::checks::CHECKS;
use crate::model::{Deviation, Kind};

fn rendered(verdict: &Verdict) -> Value {
    let mut out = Vec::new();
    render(verdict, None, &mut out).expect("writing to memory");
    serde_json::from_slice(&out).expect("SARIF is JSON")
}

/// The run without the rules, which are those of every run.
fn golden(verdict: &Verdict) -> String {
    let mut run = rendered(verdict)["runs"][0].take();
    run["tool"]["driver"]["rules"] = Value::Null;
    run["tool"]["driver"]["semanticVersion"] = Value::Null;
    serde_json::to_string_pretty(&run).expect("JSON")
}

#[test]
fn hostile_text_is_no_link_and_no_other_path() {
    insta::assert_snapshot!(golden(&hostile()));
}

#[test]
fn what_was_not_judged_is_notified() {
    let check = CHECKS[0].info.id;
    let blind = vec![Blind { check, kind: Kind::Pod, reason: "forbidden" }];
    insta::assert_snapshot!(golden(&Verdict { blind, input: None, ..empty() }));
}

#[test]
fn nothing_found_is_a_run_with_every_rule_and_no_result() {
    let log = rendered(&empty());
    let run = &log["runs"][0];
    assert_eq!(run["results"], Value::Array(vec![]));
    assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(CHECKS.len()));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["invocations"][0]["exitCode"], 0);
}

#[test]
fn what_is_live_has_no_file() {
    let log = rendered(&Verdict { input: None, ..with(1) });
    let location = &log["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["physicalLocation"], Value::Null);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "Deployment/shop/web-0");
}

#[test]
fn results_point_at_their_rules() {
    for check in CHECKS.iter().map(|it| &it.info) {
        let deviation = Deviation { check, ..deviation("web", check.severity) };
        let log = rendered(&Verdict { deviations: vec![Arc::new(deviation)], ..empty() });
        let (run, result) = (&log["runs"][0], &log["runs"][0]["results"][0]);
        let at = usize::try_from(result["ruleIndex"].as_u64().expect("a rule")).expect("an index");
        let rule = &run["tool"]["driver"]["rules"][at];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"], "{}", check.id);
    }
}

#[test]
fn a_page_of_ours_goes_before_a_reference() {
    let mut out = Vec::new();
    render(&empty(), Some("https://runbooks.example/"), &mut out).expect("writing to memory");
    let log: Value = serde_json::from_slice(&out).expect("JSON");
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["helpUri"], format!("https://runbooks.example/{}", CHECKS[0].info.id));
}

/// Takes whatever is written, and notes how much this thread held at most meanwhile.
struct Gauge {
    held_at_first: u64,
    most: u64,
    bytes: u64,
}

fn held() -> u64 {
    let allocated = allocatedp::read().expect("jemalloc counts").get();
    let freed = deallocatedp::read().expect("jemalloc counts").get();
    // What another thread allocated is freed here at times, so that the difference wraps.
    allocated.wrapping_sub(freed)
}

impl Write for Gauge {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        let held = i64::try_from(held().wrapping_sub(self.held_at_first)).unwrap_or(0);
        self.most = self.most.max(u64::try_from(held).unwrap_or(0));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn most_held(deviations: usize) -> (u64, u64) {
    let verdict = with(deviations);
    let mut gauge = Gauge { held_at_first: held(), most: 0, bytes: 0 };
    render(&verdict, None, &mut gauge).expect("a gauge takes everything");
    (gauge.most, gauge.bytes)
}

#[test]
fn ten_times_the_results_take_no_more_memory() {
    let (few, short) = most_held(100);
    let (many, long) = most_held(1_000);
    assert!(long > 2 * short, "{long} bytes, {short} bytes");
    assert!(few > 0 && many <= few + 1_024, "{many} bytes held for {long}, {few} for {short}");
}
