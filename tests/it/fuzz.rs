//! The fuzz targets compile some of our modules in a package of their own, and so name what those need once more.

use std::path::Path;

use toml::{Table, Value};

#[test]
fn the_fuzzer_tests_the_crates_that_the_program_uses() {
    let (program, fuzz) = (read("Cargo.toml"), read("fuzz/Cargo.toml"));
    let (program_locked, fuzz_locked) = (versions(&read("Cargo.lock")), versions(&read("fuzz/Cargo.lock")));
    let shared: Vec<&String> =
        dependencies(&fuzz).keys().filter(|name| dependencies(&program).contains_key(*name)).collect();
    assert!(shared.len() > 2, "the fuzzer needs what reads objects: {shared:?}");
    for name in shared {
        assert_eq!(dependencies(&fuzz)[name], dependencies(&program)[name], "{name} is asked for alike");
    }
    let other: Vec<&(String, String)> = fuzz_locked
        .iter()
        .filter(|(name, _)| program_locked.iter().any(|(other, _)| other == name))
        .filter(|locked| !program_locked.contains(locked))
        .collect();
    assert!(other.is_empty(), "fuzz/Cargo.lock has other versions than Cargo.lock of {other:?}");
}

fn read(path: &str) -> Table {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(file).expect("it is in the repository").parse().expect("it is TOML")
}

fn dependencies(manifest: &Table) -> &Table {
    manifest["dependencies"].as_table().expect("dependencies are a table")
}

/// The name and version of each package in a lock file.
fn versions(lock: &Table) -> Vec<(String, String)> {
    let text = |package: &Value, key: &str| package[key].as_str().expect("it is text").to_owned();
    let packages = lock["package"].as_array().expect("packages are a list");
    packages.iter().map(|package| (text(package, "name"), text(package, "version"))).collect()
}
