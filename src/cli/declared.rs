//! What the cluster or the files are held against.

use std::path::Path;
use std::sync::Arc;

use crate::baseline::Declared;

/// What is declared at the path; the embedded default where there is none.
pub(super) fn declared(_path: Option<&Path>) -> Arc<Declared> {
    Arc::new(Declared::hardened())
}
