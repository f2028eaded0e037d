//! The families that are told from the view at each scrape, so that a series is there exactly as long as what
//! it describes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::table::{
    BASELINE_INFO, CHECK_BLIND, DEVIATION_INFO, DEVIATIONS, OBJECTS, OLDEST, WAIVED, WAIVER_EXPIRES, WAIVERS,
    WATCH_SYNCED,
};
use super::text::Page;
use crate::model::{CountKey, Direction, Severity, Sight, View, WaiverCounts};

/// The id of the series into which what is beyond the bound is folded.
const OVERFLOW: &str = "overflow";

/// Which of the optional families are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// How many deviations are told one by one in `plimsoll_deviation_info`; none turns the family off.
    pub deviation_info_max: Option<usize>,
}

pub(super) fn render(view: &View, options: Options, page: &mut Page) {
    deviations(view, page);
    if let Some(max) = options.deviation_info_max {
        deviation_info(view, max, page);
    }
    oldest(view, page);
    checks(view, page);
    kinds(view, page);
    baselines(view, page);
    waivers(view, page);
}

/// Costs the number of series, not of deviations.
fn deviations(view: &View, page: &mut Page) {
    let mut family = page.family(&DEVIATIONS);
    for check in view.checks.iter().filter(|check| check.blind.is_empty()) {
        let check = check.check;
        let key = CountKey {
            check: check.id,
            severity: check.severity,
            direction: Direction::Loosened,
            namespace: Arc::default(),
        };
        if !view.counts.contains_key(&key) {
            family.sample(&[key.check, key.severity.as_str(), key.direction.as_str(), ""], 0);
        }
    }
    for (key, count) in &view.counts {
        family.sample(&[key.check, key.severity.as_str(), key.direction.as_str(), &key.namespace], count);
    }
}

/// The first `max` deviations in the order of their ids, which is steady while others come and go; the rest
/// folded by check, so that the sum over the family is always that of what stands.
fn deviation_info(view: &View, max: usize, page: &mut Page) {
    let mut rest: BTreeMap<(&str, Severity), u64> = BTreeMap::new();
    for (key, count) in &view.counts {
        *rest.entry((key.check, key.severity)).or_default() += count;
    }
    let mut family = page.family(&DEVIATION_INFO);
    for deviation in view.standing.values().take(max) {
        let (check, severity) = (deviation.check.id, deviation.severity);
        let (key, namespace) = (&deviation.finding.object.key, deviation.finding.namespace());
        let id = deviation.id.to_string();
        family.sample(&[&id, check, severity.as_str(), namespace, key.kind.label(), &key.name], 1);
        if let Some(count) = rest.get_mut(&(check, severity)) {
            *count = count.saturating_sub(1);
        }
    }
    for ((check, severity), count) in rest.into_iter().filter(|(_, count)| *count > 0) {
        family.sample(&[OVERFLOW, check, severity.as_str(), "", "", ""], count);
    }
}

/// Goes over all that stands, at a scrape and not at each change.
fn oldest(view: &View, page: &mut Page) {
    let mut oldest = BTreeMap::new();
    for deviation in view.standing.values() {
        let opened = oldest.entry(deviation.severity).or_insert(deviation.opened_at);
        *opened = deviation.opened_at.min(*opened);
    }
    let mut family = page.family(&OLDEST);
    for (severity, opened) in oldest {
        family.sample(&[severity.as_str()], seconds(opened));
    }
}

fn checks(view: &View, page: &mut Page) {
    let mut family = page.family(&CHECK_BLIND);
    for check in &view.checks {
        family.sample(&[check.check.id], u8::from(!check.blind.is_empty()));
    }
}

fn baselines(view: &View, page: &mut Page) {
    let mut info = page.family(&BASELINE_INFO);
    // Two files may hold the same document.
    let documents: BTreeSet<_> = view.baselines.iter().map(|it| (&it.name, &it.digest)).collect();
    for (name, digest) in documents {
        info.sample(&[name, digest], 1);
    }
}

fn waivers(view: &View, page: &mut Page) {
    let mut states = page.family(&WAIVERS);
    let WaiverCounts { used, unused, expired, invalid, expiring, ends } = &view.waivers;
    for (state, count) in [("expired", expired), ("expiring", expiring), ("invalid", invalid)] {
        states.sample(&[state], count);
    }
    // What cannot be seen may use a waiver.
    let blind = view.checks.iter().any(|it| it.check.id == UNUSED_WAIVER && !it.blind.is_empty());
    for (state, count) in [("unused", unused), ("used", used)].into_iter().filter(|_| !blind) {
        states.sample(&[state], count);
    }
    let mut expires = page.family(&WAIVER_EXPIRES);
    for (checks, end) in &**ends {
        expires.sample(&[checks], seconds(*end));
    }
    let mut waived: BTreeMap<(&str, Severity), u64> = BTreeMap::new();
    for it in view.waived.values() {
        *waived.entry((it.check.id, it.check.severity)).or_default() += 1;
    }
    let mut family = page.family(&WAIVED);
    for ((check, severity), count) in waived {
        family.sample(&[check, severity.as_str()], count);
    }
}

/// The check that judges whether a waiver is used.
const UNUSED_WAIVER: &str = "waiver/unused";

fn kinds(view: &View, page: &mut Page) {
    let mut synced = page.family(&WATCH_SYNCED);
    for kind in &view.kinds {
        synced.sample(&[kind.kind.label()], u8::from(kind.sight == Sight::Synced));
    }
    let mut objects = page.family(&OBJECTS);
    for kind in &view.kinds {
        objects.sample(&[kind.kind.label()], kind.objects);
    }
}

/// The time in seconds since 1970, with its fraction.
fn seconds(time: jiff::Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1e3
}
