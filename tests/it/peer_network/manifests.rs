//! The manifests of a source that counts finished pods, lets blocks of addresses select no pods, and takes pods in the
//! network of the host for ordinary ones: what tells any of it is taken out, and the rest is what Kubernetes says.

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll::wire::documents;
use serde_json::Value;
use tempfile::TempDir;

/// The manifests below the folder, without what their source does not look at.
pub(super) fn plain(folder: &Path) -> TempDir {
    let plain = tempfile::tempdir().unwrap();
    for (at, file) in files(folder).iter().enumerate() {
        let text = fs::read_to_string(file).unwrap();
        let documents: Vec<String> = documents(&text).into_iter().map(|it| reduced(it.text)).collect();
        fs::write(plain.path().join(format!("{at}.yaml")), documents.join("\n---\n")).unwrap();
    }
    plain
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn reduced(document: &str) -> String {
    let mut value: Value = serde_saphyr::from_str(document).unwrap();
    reduce(&mut value);
    value.to_string()
}

fn reduce(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for field in ["hostNetwork", "phase", "podIP", "podIPs"] {
                fields.remove(field);
            }
            fields.values_mut().for_each(reduce);
        }
        Value::Array(items) => items.iter_mut().for_each(reduce),
        _ => {}
    }
}
