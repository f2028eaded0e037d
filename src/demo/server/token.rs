//! The token with which a list is read on, of the form that a real server gives it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::status::{Refusal, token_invalid};

const FORM: &str = "meta.k8s.io/v1";

/// The version of one that reads on in whatever there is now.
const INCONSISTENT: i64 = -1;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Token {
    v: String,
    rv: i64,
    /// The least key of what is left: the last one that was given, and a zero byte.
    start: String,
}

/// Where a list goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReadOn {
    /// The version of the list; none to go on in whatever there is now.
    pub version: Option<u64>,
    /// The last key that was given.
    pub after: String,
}

impl ReadOn {
    pub(super) fn encode(&self) -> String {
        let rv = self.version.map_or(INCONSISTENT, u64::cast_signed);
        let token = Token { v: FORM.to_owned(), rv, start: format!("/{}\0", self.after) };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).expect("plain structs can be written"))
    }

    pub(super) fn decode(token: &str) -> Result<Self, Refusal> {
        let json = URL_SAFE_NO_PAD.decode(token).map_err(|_| token_invalid())?;
        let token: Token = serde_json::from_slice(&json).map_err(|_| token_invalid())?;
        let after = token.start.trim_start_matches('/').trim_end_matches('\0').to_owned();
        Ok(Self { version: u64::try_from(token.rv).ok(), after })
    }
}
