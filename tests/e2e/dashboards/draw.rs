//! What the queries of a dashboard answered, drawn where its panels stand. Not Grafana's own drawing: the same data, in
//! the same places and colours.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::format;
use crate::support::prometheus::Series;

/// The answers of one panel, each with its name.
type Answers = Vec<(String, Series)>;

/// One unit of Grafana's grid.
const COLUMN: f64 = 50.0;
const ROW: f64 = 30.0;
const GAP: f64 = 4.0;

/// Room for the title of the dashboard, and for that of a panel.
const HEAD: f64 = 40.0;
const TITLE: f64 = 26.0;

const LINE: f64 = 17.0;
const BACKGROUND: &str = "#111217";
const PANEL: &str = "#181b1f";
const TEXT: &str = "#ccccdc";
const FAINT: &str = "#7b8087";

/// What lines are told apart by.
const PALETTE: [&str; 8] =
    ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#96d98d"];

/// A rectangle of the picture.
#[derive(Clone, Copy)]
struct Area {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

pub(super) fn dashboard(title: &str, panels: &[(Value, Answers)]) -> String {
    let areas: Vec<Area> = panels.iter().map(|(panel, _)| area_of(&panel["gridPos"])).collect();
    let (width, height) = (24.0 * COLUMN, areas.iter().map(|area| area.y + area.h).fold(0.0, f64::max) + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"Inter,Helvetica,Arial,sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{BACKGROUND}\"/>\n"
    );
    text(&mut svg, (16.0, 26.0), (TEXT, 18.0), title);
    for ((panel, answers), area) in panels.iter().zip(areas) {
        draw_panel(&mut svg, panel, answers, area);
    }
    svg + "</svg>\n"
}

fn area_of(place: &Value) -> Area {
    let side = |name: &str| place[name].as_f64().expect("a panel has a place");
    Area {
        x: side("x") * COLUMN + GAP,
        y: side("y") * ROW + HEAD + GAP,
        w: side("w") * COLUMN - 2.0 * GAP,
        h: side("h") * ROW - 2.0 * GAP,
    }
}

fn draw_panel(svg: &mut String, panel: &Value, answers: &Answers, area: Area) {
    let Area { x, y, w, h } = area;
    put(svg, &format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"3\" fill=\"{PANEL}\"/>"));
    text(svg, (x + 10.0, y + 18.0), (TEXT, 13.0), panel["title"].as_str().expect("a panel has a title"));
    let inner = Area { x: x + 10.0, y: y + TITLE, w: w - 20.0, h: h - TITLE - 8.0 };
    match panel["type"].as_str() {
        Some("stat") => stat(svg, panel, answers, inner),
        Some("bargauge") => bars(svg, panel, answers, inner),
        Some("timeseries") => lines(svg, panel, answers, inner),
        _ => table(svg, answers, inner),
    }
}

/// Each value large, over its name.
fn stat(svg: &mut String, panel: &Value, answers: &Answers, area: Area) {
    let width = area.w / answers.len().max(1) as f64;
    for (place, (name, series)) in (0_u32..).zip(answers) {
        let x = area.x + f64::from(place) * width;
        let last = last(series);
        let value = format::value(last, unit(panel));
        let size = (width / (value.chars().count() as f64 * 0.65)).min(34.0);
        text(svg, (x, area.y + area.h * 0.55), (colour(panel, last), size), &value);
        text(svg, (x, area.y + area.h - 4.0), (FAINT, 11.0), &clipped(name, width));
    }
}

/// A bar for each value, the largest across all of the room.
fn bars(svg: &mut String, panel: &Value, answers: &Answers, area: Area) {
    let most = answers.iter().map(|(_, series)| last(series)).fold(f64::MIN_POSITIVE, f64::max);
    let names = area.w * 0.45;
    for (place, (name, series)) in (0_u32..).zip(answers.iter().take(fitting(area))) {
        let y = area.y + f64::from(place) * LINE;
        let last = last(series);
        let width = (area.w - names - 60.0) * last / most;
        let (x, colour) = (area.x + names, colour(panel, last));
        text(svg, (area.x, y + 12.0), (TEXT, 11.0), &clipped(name, names));
        put(
            svg,
            &format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"12\" fill=\"{colour}\"/>"
            ),
        );
        text(svg, (x + width + 6.0, y + 11.0), (TEXT, 11.0), &format::value(last, unit(panel)));
    }
    rest(svg, answers.len(), area);
}

fn lines(svg: &mut String, panel: &Value, answers: &Answers, area: Area) {
    let plot = Area { x: area.x + 60.0, y: area.y + 8.0, w: area.w - 60.0, h: area.h - LINE - 16.0 };
    let points = || answers.iter().flat_map(|(_, series)| &series.points).filter(|point| point.1.is_finite());
    let most = points().map(|point| point.1).fold(f64::MIN_POSITIVE, f64::max) * 1.05;
    let first = points().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let span = (points().map(|point| point.0).fold(first, f64::max) - first).max(1.0);
    for part in 0..=2 {
        let share = f64::from(part) / 2.0;
        let y = plot.y + plot.h * (1.0 - share);
        let end = plot.x + plot.w;
        put(svg, &format!("<path d=\"M{:.1} {y:.1}H{end:.1}\" stroke=\"#2c3235\"/>", plot.x));
        text(svg, (area.x, y + 4.0), (FAINT, 10.0), &format::value(most * share, unit(panel)));
    }
    let mut x = plot.x;
    for ((name, series), colour) in answers.iter().zip(PALETTE.iter().cycle()) {
        let place = |(time, value): &(f64, f64)| {
            let x = plot.x + plot.w * (time - first) / span;
            format!("{x:.1},{:.1}", plot.y + plot.h * (1.0 - value / most))
        };
        let seen = series.points.iter().filter(|point| point.1.is_finite());
        let path: Vec<String> = seen.map(place).collect();
        put(
            svg,
            &format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>",
                path.join(" ")
            ),
        );
        let width = name.chars().count() as f64 * 6.0 + 14.0;
        if x + width < plot.x + plot.w {
            text(svg, (x, area.y + area.h), (colour, 10.5), name);
        }
        x += width;
    }
}

/// The labels of each series, in columns.
fn table(svg: &mut String, answers: &Answers, area: Area) {
    let hidden = ["__name__", "instance", "job", "id", "digest"];
    let labels = answers.iter().flat_map(|(_, series)| series.labels.keys().map(String::as_str));
    let columns: BTreeSet<&str> = labels.filter(|label| !hidden.contains(label)).collect();
    let width = area.w / columns.len().max(1) as f64;
    for (place, column) in (0_u32..).zip(&columns) {
        let x = area.x + f64::from(place) * width;
        text(svg, (x, area.y + 12.0), (FAINT, 11.0), column);
        for (row, (_, series)) in (1_u32..).zip(answers.iter().take(fitting(area) - 1)) {
            let cell = series.labels.get(*column).map_or("", String::as_str);
            text(svg, (x, area.y + 12.0 + f64::from(row) * LINE), (TEXT, 11.0), &clipped(cell, width));
        }
    }
    rest(svg, answers.len() + 1, area);
}

/// How many lines the area has room for, with one left to say how many more there are.
fn fitting(area: Area) -> usize {
    let mut lines = 1;
    while (lines as f64 + 2.0) * LINE <= area.h {
        lines += 1;
    }
    lines
}

/// Says how many lines did not fit.
fn rest(svg: &mut String, lines: usize, area: Area) {
    if let Some(left @ 1..) = lines.checked_sub(fitting(area)) {
        text(
            svg,
            (area.x, area.y + area.h),
            (FAINT, 10.5),
            &format!("and {left} more, which Grafana scrolls to"),
        );
    }
}

/// The colour of the highest threshold that the value reaches.
fn colour(panel: &Value, value: f64) -> &'static str {
    let steps =
        panel["fieldConfig"]["defaults"]["thresholds"]["steps"].as_array().expect("a panel has thresholds");
    let reached = steps.iter().rfind(|step| step["value"].as_f64().is_none_or(|from| value >= from));
    match reached.and_then(|step| step["color"].as_str()) {
        Some("green") => "#73bf69",
        Some("yellow") => "#f2cc0c",
        Some("orange") => "#ff9830",
        Some("red") => "#f2495c",
        _ => "#5794f2",
    }
}

fn unit(panel: &Value) -> &str {
    panel["fieldConfig"]["defaults"]["unit"].as_str().expect("a panel has a unit")
}

fn last(series: &Series) -> f64 {
    series.points.last().map_or(f64::NAN, |point| point.1)
}

/// As much of the text as the width has room for.
fn clipped(text: &str, width: f64) -> String {
    let mut clipped = String::new();
    for c in text.chars() {
        if (clipped.chars().count() as f64 + 2.0) * 6.2 > width {
            return clipped + "…";
        }
        clipped.push(c);
    }
    clipped
}

fn text(svg: &mut String, (x, y): (f64, f64), (colour, size): (&str, f64), text: &str) {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    put(
        svg,
        &format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\" font-size=\"{size:.1}\">{escaped}</text>"
        ),
    );
}

fn put(svg: &mut String, element: &str) {
    writeln!(svg, "{element}").expect("a string takes all that is written");
}
