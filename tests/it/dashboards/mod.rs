//! The dashboards are made from `dashboards/source`, are whole, and ask for metrics that there are. `UPDATE_DOCS=1`
//! writes them anew. What their queries answer is tried on a real Prometheus, in `tests/e2e/dashboards`.

mod render;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::render::{COLUMNS, DOCS};
use crate::{docs, promql};

#[test]
fn they_are_in_step_with_their_source() {
    for (name, dashboard) in source::read_all() {
        docs::in_step(&format!("dashboards/{name}.json"), &render::render(&dashboard));
    }
    assert_eq!(source::read_all().len(), read_all().len(), "each has its source");
}

#[test]
fn they_are_for_grafana_11_and_have_names_of_their_own() {
    let mut uids = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for dashboard in read_all() {
        assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 39);
        assert!(uids.insert(text(&dashboard["uid"]).to_owned()), "{}", dashboard["uid"]);
        assert!(titles.insert(text(&dashboard["title"]).to_owned()), "{}", dashboard["title"]);
        let variables = dashboard["templating"]["list"].as_array().unwrap();
        assert_eq!(variables[0]["type"], "datasource");
        assert_eq!(variables[0]["name"], "datasource");
        assert_eq!(dashboard["annotations"]["list"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn every_panel_says_what_it_shows_how_bad_it_is_and_where_to_go_on() {
    for panel in panels() {
        let defaults = &panel["fieldConfig"]["defaults"];
        for said in [&panel["title"], &panel["description"], &panel["type"], &defaults["unit"]] {
            assert!(!text(said).is_empty(), "{panel}");
        }
        let steps = defaults["thresholds"]["steps"].as_array().unwrap();
        let values: Vec<Option<f64>> = steps.iter().map(|step| step["value"].as_f64()).collect();
        assert!(values[0].is_none() && values[1..].iter().all(Option::is_some), "{panel}");
        assert!(values.is_sorted(), "{panel}");
        let links = [&panel["links"], &defaults["links"]].map(|links| links.as_array().unwrap().len());
        assert_eq!(links[0] + links[1], 1, "{panel}");
    }
}

#[test]
fn every_link_leads_to_a_page_or_dashboard_that_there_is() {
    let uids: BTreeSet<String> = read_all().iter().map(|it| text(&it["uid"]).to_owned()).collect();
    for panel in panels() {
        let links = [&panel["links"], &panel["fieldConfig"]["defaults"]["links"]];
        for link in links.iter().flat_map(|links| links.as_array().unwrap()) {
            let url = text(&link["url"]);
            if let Some(uid) = url.strip_prefix("/d/") {
                assert!(uids.contains(uid.split('?').next().unwrap()), "{url}");
            } else {
                let page = url.strip_prefix(DOCS).unwrap();
                // Of a page for each check there is a folder.
                let page =
                    page.split_once("${__").map_or(format!("{page}.md"), |(folder, _)| folder.to_owned());
                assert!(root().join("docs").join(&page).exists(), "{url}");
            }
        }
    }
}

#[test]
fn panels_have_an_id_and_a_place_of_their_own() {
    for dashboard in read_all() {
        let mut ids = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
            assert!(w > 0 && h > 0 && x + w <= COLUMNS, "{panel}");
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                assert!(taken.insert(cell), "{panel} overlaps another");
            }
        }
    }
}

#[test]
fn every_query_asks_for_metrics_that_there_are_by_the_variable() {
    for dashboard in read_all() {
        let queried = of_queries(&dashboard);
        assert!(!queried.is_empty());
        for asks in queried {
            let source = &asks["datasource"];
            assert_eq!(
                (&source["type"], &source["uid"]),
                (&"prometheus".into(), &"${datasource}".into()),
                "{asks}"
            );
            if let Some(expr) = asks["expr"].as_str() {
                promql::check(expr);
            }
        }
    }
}

/// Whatever has a data source: panels and their targets, annotations, and variables that ask for their values.
fn of_queries(dashboard: &Value) -> Vec<&Value> {
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let annotations = dashboard["annotations"]["list"].as_array().unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let asking = variables.iter().filter(|variable| variable["type"] == "query");
    panels.iter().chain(targets).chain(annotations).chain(asking).collect()
}

fn panels() -> Vec<Value> {
    read_all().iter().flat_map(|dashboard| dashboard["panels"].as_array().unwrap().clone()).collect()
}

fn read_all() -> Vec<Value> {
    let files = fs::read_dir(root().join("dashboards")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|it| it == "json"));
    files.map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
