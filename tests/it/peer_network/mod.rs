//! The truth tables of Kubernetes' own tests of network policies, and the listings and differences of another tool, come
//! out of `plimsoll connections` as they are expected.
//!
//! `PLIMSOLL_PEER_TESTS` names the directory that holds `network`. Without it the tests say that they were left out.

mod listing;
mod manifests;
mod reachability;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The cases; none where they are not at hand.
fn cases() -> Option<PathBuf> {
    std::env::var_os("PLIMSOLL_PEER_TESTS").map(|it| Path::new(&it).join("network"))
}

/// The document that the command writes, which ends with one of the statuses.
fn document(arguments: &[&str], paths: &[&Path], statuses: &[i32]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("connections")
        .args(arguments)
        .args(["--output", "json"])
        .args(paths)
        .output()
        .expect("the program is built with the tests");
    let status = output.status.code().unwrap();
    let said =
        || String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(statuses.contains(&status), "{paths:?} ended with {status}: {}", said());
    serde_json::from_slice(&output.stdout).unwrap()
}
