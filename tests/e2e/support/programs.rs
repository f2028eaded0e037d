//! Where the programs are that tests run.

use std::env;
use std::path::PathBuf;

/// The program of that name: out of `KUBEBUILDER_ASSETS`, where that is set and has it, or else on `PATH`.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let given = env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    given
        .into_iter()
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not on PATH: use `tests/run e2e`, or `eval \"$(tests/run --env)\"`")
        })
}
