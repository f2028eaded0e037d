//! What is shipped to install Plimsoll: the manifests for kustomize, the chart for Helm, and what the image holds.
//!
//! `tests/run deploy` provides what this needs and runs it.

mod chart;
mod image;
mod installed;
mod objects;
mod roles;
mod taken;
mod values;

use std::env;
use std::path::{Path, PathBuf};

use crate::support::control_plane::ControlPlane;

/// A file or folder of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Installs the kinds of the Prometheus Operator and of cert-manager, and waits until they are served.
fn install_kinds(plane: &ControlPlane) {
    let folder = env::var("ENVTEST_CRDS")
        .expect("ENVTEST_CRDS is set: use `tests/run deploy`, or `eval \"$(tests/run --env)\"`");
    plane.kubectl(&["create", "--filename", &folder], "");
    plane.kubectl(&["wait", "--for=condition=Established", "customresourcedefinition", "--all"], "");
}
