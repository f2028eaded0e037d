//! Where an Alertmanager is reached: its URL taken apart, so that what is secret in it is never printed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Uri};
use thiserror::Error;

/// One Alertmanager.
#[derive(Clone)]
pub struct Target {
    /// Host and port: what metrics and logs call it.
    name: String,
    uri: Uri,
    authorization: Option<HeaderValue>,
}

/// Why a URL does not lead to an Alertmanager.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TargetError {
    #[error("it is not a URL such as http://alertmanager:9093")]
    NotUrl,
    #[error("it must begin with http:// or https://")]
    Scheme,
    #[error("it must not have a query")]
    Query,
    #[error("its user or password does not decode")]
    User,
}

impl Target {
    /// The Alertmanager at `url`, which may hold a user and a password and may end in a path prefix.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        let uri: Uri = url.parse().map_err(|_| TargetError::NotUrl)?;
        let scheme = uri.scheme().ok_or(TargetError::Scheme)?;
        if ![Scheme::HTTP, Scheme::HTTPS].contains(scheme) {
            return Err(TargetError::Scheme);
        }
        if uri.query().is_some() {
            return Err(TargetError::Query);
        }
        let authority = uri.authority().ok_or(TargetError::NotUrl)?.as_str();
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let path = format!("{}/api/v2/alerts", uri.path().trim_end_matches('/'));
        let host: Authority = host.parse().map_err(|_| TargetError::NotUrl)?;
        let uri = Uri::builder().scheme(scheme.clone()).authority(host.clone()).path_and_query(path);
        Ok(Self {
            name: host.to_string(),
            uri: uri.build().map_err(|_| TargetError::NotUrl)?,
            authorization: user.map(basic).transpose()?,
        })
    }

    /// What metrics and logs call it: host and port.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("uri", &self.uri).finish_non_exhaustive()
    }
}

/// The header for the `user:password` of a URL, in which both are percent-encoded.
fn basic(user: &str) -> Result<HeaderValue, TargetError> {
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let decode =
        |text| percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| TargetError::User);
    let encoded = STANDARD.encode(format!("{}:{}", decode(user)?, decode(password)?));
    let mut header = HeaderValue::from_str(&format!("Basic {encoded}")).map_err(|_| TargetError::User)?;
    header.set_sensitive(true);
    Ok(header)
}
