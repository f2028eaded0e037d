//! A bearer token in a file, which is rewritten as the token rotates.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use http::Request;
use http::header::{AUTHORIZATION, HeaderValue};
use parking_lot::Mutex;

/// The file, and the token that was last read from it.
///
/// It is read for each request, of which there are few. The client of `kube` would hold a token for a minute by the time
/// of day: with a clock that was set back, for as long as it was set back, and that is longer than a token lives.
#[derive(Debug)]
pub(super) struct TokenFile {
    path: PathBuf,
    last: Mutex<HeaderValue>,
}

impl TokenFile {
    pub(super) fn open(path: impl Into<PathBuf>) -> anyhow::Result<Self> {
        let path = path.into();
        let token = read(&path).with_context(|| format!("failed to use the token in {}", path.display()))?;
        Ok(Self { path, last: Mutex::new(token) })
    }

    /// The request with the token. One that cannot be read now is the one that was read last: some remove the file
    /// once it was used. What else the client signs with goes before it.
    pub(super) fn sign<B>(&self, mut request: Request<B>) -> Request<B> {
        let mut last = self.last.lock();
        if let Ok(token) = read(&self.path) {
            *last = token;
        }
        request.headers_mut().insert(AUTHORIZATION, last.clone());
        request
    }
}

fn read(path: &Path) -> anyhow::Result<HeaderValue> {
    let text = fs::read_to_string(path)?;
    let token = text.trim();
    anyhow::ensure!(!token.is_empty(), "it is empty");
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))?;
    header.set_sensitive(true);
    Ok(header)
}
