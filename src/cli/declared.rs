//! What the cluster or the files are held against.

use std::path::PathBuf;
use std::sync::Arc;

use crate::baseline::Declared;
use crate::checks::CHECKS;
use crate::watch::baseline::read_once;

/// What is declared at the path of a file or directory; the embedded default where there is none. What is wrong with
/// it is part of what is declared.
pub(super) fn declared(path: Option<&PathBuf>) -> Arc<Declared> {
    let known_checks = CHECKS.iter().map(|check| check.info.id).collect();
    Arc::new(path.map_or_else(Declared::hardened, |path| read_once(path, known_checks)))
}
