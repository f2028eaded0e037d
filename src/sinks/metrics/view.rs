//! The families that are told from the view at each scrape, so that a series is there exactly as long as what it
//! describes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::kept::Kept;
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

pub(super) fn render(view: &View, kept: &mut Kept, options: Options, page: &mut Page) {
    kept.follow(view, options.deviation_info_max.unwrap_or(0));
    deviations(view, kept, page);
    if options.deviation_info_max.is_some() {
        deviation_info(view, kept, page);
    }
    oldest(kept, page);
    checks(view, page);
    kinds(view, page);
    baselines(view, page);
    waivers(view, page);
}

fn deviations(view: &View, kept: &Kept, page: &mut Page) {
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
    family.splice(kept.deviations.parts());
}

/// Those that are told one by one, and the rest folded by check, so that the sum over the family is always that of
/// what stands.
fn deviation_info(view: &View, kept: &Kept, page: &mut Page) {
    let mut family = page.family(&DEVIATION_INFO);
    family.splice(kept.infos.parts());
    if kept.infos.len() == view.standing.len() {
        return;
    }
    let mut rest: BTreeMap<(&str, Severity), u64> = BTreeMap::new();
    for (key, count) in &view.counts {
        *rest.entry((key.check, key.severity)).or_default() += count;
    }
    for ((check, severity), count) in rest {
        let told = kept.told.get(&(check, severity)).copied().unwrap_or(0);
        if count > told {
            family.sample(&[OVERFLOW, check, severity.as_str(), "", "", ""], count - told);
        }
    }
}

fn oldest(kept: &Kept, page: &mut Page) {
    let mut family = page.family(&OLDEST);
    for (severity, opened) in kept.oldest() {
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
