//! The page on the values of the chart is in step with them, and the baseline that is shipped with the embedded one. What
//! the chart gives is tried in the suite `deploy`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::docs;

const CHART: &str = "deploy/helm/plimsoll";

#[test]
fn the_page_on_the_values_is_in_step() {
    let schema: Value = serde_json::from_str(&read(&format!("{CHART}/values.schema.json"))).unwrap();
    let text = read(&format!("{CHART}/values.yaml"));
    let values: Value = serde_saphyr::from_str(&text).unwrap();
    let mut page = "# The values of the chart\n\n\
        Made from `values.yaml` and `values.schema.json` in [deploy/helm/plimsoll](../deploy/helm/plimsoll) by \
        `UPDATE_DOCS=1 cargo test --test it chart`. [Installing](install.md) says how they belong together.\n\n\
        | value | what it is | default | |\n|---|---|---|---|\n"
        .to_owned();
    let told = comments(&text);
    let mut parts = Vec::new();
    collect(&schema, "", &mut parts);
    for (pointer, comment) in &told {
        let Some((_, schema)) = parts.iter().find(|(known, _)| known == pointer) else { continue };
        let name = pointer[1..].replace('/', ".");
        // A group is told of as a whole; each of its parts has a row of its own.
        let (form, default) = match schema["properties"] {
            Value::Object(_) => (String::new(), String::new()),
            _ => (form(schema), format!("`{}`", values.pointer(pointer).unwrap())),
        };
        assert!(!comment.is_empty(), "{name} is not told of");
        writeln!(page, "| `{name}` | {form} | {default} | {comment} |").unwrap();
    }
    for (pointer, _) in &parts {
        assert!(told.iter().any(|(known, _)| known == pointer), "{pointer} is not in values.yaml");
    }
    docs::in_step("docs/helm.md", &page);
}

/// What the schema knows by name, by where it is: groups and values.
fn collect<'a>(schema: &'a Value, at: &str, parts: &mut Vec<(String, &'a Value)>) {
    for (name, part) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        parts.push((at.clone(), part));
        collect(part, &at, parts);
    }
}

/// What a value may be, in words.
fn form(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().map(|word| match word.as_str() {
            Some("") => "empty".to_owned(),
            _ => format!("`{}`", word.as_str().unwrap()),
        });
        return words.collect::<Vec<_>>().join(", ");
    }
    match (schema["type"].as_str(), &schema["items"], &schema["additionalProperties"]) {
        (Some("array"), Value::Object(_), _) => format!("list of: {}", form(&schema["items"])),
        (Some("array"), ..) => "list".to_owned(),
        (Some("object"), _, Value::Object(_)) => "map".to_owned(),
        (Some(name), ..) => name.to_owned(),
        (None, ..) => "any".to_owned(),
    }
}

/// The comment above each key, by where the key is, in their order.
fn comments(text: &str) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let (mut above, mut comment): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let inner = line.trim_start();
        if let Some(words) = inner.strip_prefix("# ") {
            comment.push(words);
        } else if let Some((key, _)) = inner.split_once(':').filter(|_| !inner.starts_with('-')) {
            above.truncate((line.len() - inner.len()) / 2);
            above.push(key);
            told.push((format!("/{}", above.join("/")), comment.join(" ")));
            comment.clear();
        } else {
            comment.clear();
        }
    }
    told
}

#[test]
fn the_baseline_that_is_shipped_is_the_embedded_one() {
    assert_eq!(read("deploy/baseline/hardened.yaml"), read("src/baseline/hardened.yaml"));
}

#[test]
fn the_chart_and_its_app_have_the_version_of_the_program() {
    let chart: Value = serde_saphyr::from_str(&read(&format!("{CHART}/Chart.yaml"))).unwrap();
    for version in ["version", "appVersion"] {
        assert_eq!(chart[version], env!("CARGO_PKG_VERSION"), "{version}");
    }
    let image = concat!("image: plimsoll:", env!("CARGO_PKG_VERSION"), "\n");
    assert!(read("deploy/kustomize/base/deployment.yaml").contains(image));
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
