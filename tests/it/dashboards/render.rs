//! A dashboard as Grafana reads it.

use serde_json::{Value, json};

use super::source::{Dashboard, Panel, PanelKind, Query};

/// What Grafana 11 writes.
const SCHEMA_VERSION: u64 = 39;

/// The columns of a dashboard.
pub(super) const COLUMNS: u64 = 24;

/// Where the pages of `docs/` are read.
pub(super) const DOCS: &str = "https://plimsoll.dev/docs/";

pub(super) fn render(dashboard: &Dashboard) -> String {
    let by_namespace = dashboard.panels.iter().flat_map(|panel| &panel.queries).any(asks_for_namespace);
    let variables: Vec<Value> =
        [Some(datasource_variable()), by_namespace.then(namespace_variable)].into_iter().flatten().collect();
    let whole = json!({
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["plimsoll"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "links": [others()],
        "templating": {"list": variables},
        "annotations": {"list": [
            annotation("Opened", "opened", "red", &dashboard.checks),
            annotation("Resolved", "resolved", "green", &dashboard.checks),
        ]},
        "panels": place(&dashboard.panels),
    });
    serde_json::to_string_pretty(&whole).unwrap() + "\n"
}

/// One beside the other, and on a new row where the last is full.
fn place(panels: &[Panel]) -> Vec<Value> {
    let (mut x, mut y, mut row) = (0, 0, 0);
    let mut placed = Vec::new();
    for (id, panel) in (1..).zip(panels) {
        if x + panel.width > COLUMNS {
            (x, y, row) = (0, y + row, 0);
        }
        let height = panel.kind.height();
        placed.push(render_panel(panel, id, &json!({"x": x, "y": y, "w": panel.width, "h": height})));
        x += panel.width;
        row = row.max(height);
    }
    placed
}

fn render_panel(panel: &Panel, id: u64, place: &Value) -> Value {
    let targets: Vec<Value> =
        ('A'..).zip(&panel.queries).map(|(name, query)| target(panel.kind, name, query)).collect();
    let link = json!([{"title": "Go on", "url": url(&panel.link)}]);
    // What names a field of the data is a link of each value, not of the panel.
    let (of_panel, of_values) =
        if panel.link.contains("${__") { (json!([]), link) } else { (link, json!([])) };
    json!({
        "id": id,
        "title": panel.title,
        "description": panel.description,
        "type": panel.kind,
        "datasource": datasource(),
        "gridPos": place,
        "links": of_panel,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "color": {"mode": colours(panel.kind)},
                "thresholds": {"mode": "absolute", "steps": panel.thresholds},
                "links": of_values,
            },
            "overrides": [],
        },
        "options": options(panel.kind),
        "transformations": transformations(panel.kind),
        "targets": targets,
    })
}

fn target(kind: PanelKind, name: char, query: &Query) -> Value {
    let instant = kind != PanelKind::TimeSeries;
    json!({
        "refId": name.to_string(),
        "datasource": datasource(),
        "expr": query.expr,
        "legendFormat": query.legend,
        "instant": instant,
        "range": !instant,
        "format": if kind == PanelKind::Table { "table" } else { "time_series" },
    })
}

/// Of lines each has a colour of its own; a single value is as bad as its threshold says.
fn colours(kind: PanelKind) -> &'static str {
    if kind == PanelKind::TimeSeries { "palette-classic" } else { "thresholds" }
}

fn options(kind: PanelKind) -> Value {
    let last = json!({"calcs": ["lastNotNull"], "fields": "", "values": false});
    match kind {
        PanelKind::Stat => json!({"reduceOptions": last, "colorMode": "value", "graphMode": "none"}),
        PanelKind::BarGauge => {
            json!({"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"})
        }
        PanelKind::TimeSeries => json!({"legend": {"displayMode": "list", "placement": "bottom"}}),
        PanelKind::Table => json!({"showHeader": true}),
    }
}

/// A table tells what the series is about, not when and by whom it was scraped.
fn transformations(kind: PanelKind) -> Value {
    let hidden = json!({"Time": true, "Value": true, "__name__": true, "instance": true, "job": true});
    match kind {
        PanelKind::Table => json!([{"id": "organize", "options": {"excludeByName": hidden}}]),
        _ => json!([]),
    }
}

fn url(link: &str) -> String {
    if link.starts_with("d/") { format!("/{link}") } else { format!("{DOCS}{link}") }
}

/// The other dashboards, for the same time and the same source.
fn others() -> Value {
    json!({
        "type": "dashboards",
        "title": "Plimsoll",
        "tags": ["plimsoll"],
        "includeVars": true,
        "keepTime": true,
    })
}

fn datasource() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

fn datasource_variable() -> Value {
    json!({"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"})
}

fn namespace_variable() -> Value {
    let query = "label_values(plimsoll_deviations, namespace)";
    json!({
        "name": "namespace",
        "type": "query",
        "label": "Namespace",
        "datasource": datasource(),
        "definition": query,
        "query": {"query": query, "refId": "namespace"},
        "includeAll": true,
        "multi": true,
        // Objects that have no namespace too.
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "refresh": 2,
        "sort": 1,
    })
}

fn asks_for_namespace(query: &Query) -> bool {
    query.expr.contains("$namespace")
}

fn annotation(name: &str, transition: &str, colour: &str, checks: &str) -> Value {
    let series =
        format!("plimsoll_deviation_transitions_total{{transition=\"{transition}\", check=~\"{checks}\"}}");
    json!({
        "name": name,
        "datasource": datasource(),
        "enable": true,
        "iconColor": colour,
        "expr": format!("sum by (check) (increase({series}[1m])) > 0"),
        "step": "60s",
        "titleFormat": format!("{{{{check}}}} {transition}"),
        "tagKeys": "check",
    })
}
