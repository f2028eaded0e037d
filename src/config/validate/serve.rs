//! Where the daemon serves, and what guards it there.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::{accept, given, refuse};
use crate::config::draft::Draft;
use crate::config::{Serve, TlsFiles, raw};

/// How many audiences a token may be for, and how long the name of one may be, in bytes.
const AUDIENCES_MAX: usize = 16;
const AUDIENCE_BYTES_MAX: usize = 1024;

pub(super) fn serve(draft: &mut Draft, raw: &raw::Serve) -> Option<Serve> {
    let listen = accept(draft, "serve.listen", address(&raw.listen));
    let api_listen = accept(draft, "serve.api_listen", address(&raw.api_listen));
    let audiences = accept(draft, "serve.token_audiences", audiences(&raw.token_audiences));
    let listens = [("serve.listen", listen), ("serve.api_listen", api_listen)];
    let beyond = listens.into_iter().find(|(_, address)| address.is_some_and(|it| !is_loopback(it)));
    let tls = tls(raw, beyond.map(|(name, _)| name));
    let tls = tls.map_err(|(name, reason)| refuse(draft, name, draft.origin(name), reason)).ok();
    Some(Serve {
        listen: listen?,
        api_listen: api_listen?,
        tls: tls?,
        token_audiences: audiences?,
        review_cache: Duration::from_secs(raw.review_cache_secs),
        connections_max: raw.connections_max,
        event_streams_max: raw.event_streams_max,
    })
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("expects an IP address and a port such as 127.0.0.1:9478, found {text:?}"))
}

fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

fn audiences(texts: &[String]) -> Result<Vec<String>, String> {
    let bounded = texts.iter().all(|text| text.len() <= AUDIENCE_BYTES_MAX);
    if texts.len() > AUDIENCES_MAX || !bounded {
        return Err(format!("must be at most {AUDIENCES_MAX}, each of at most {AUDIENCE_BYTES_MAX} bytes"));
    }
    Ok(texts.to_vec())
}

/// The files, of which either both or none must be given; both where the setting named `beyond` listens beyond
/// loopback. An error names the setting that is wrong, and why it is.
fn tls<'a>(raw: &raw::Serve, beyond: Option<&'a str>) -> Result<Option<TlsFiles>, (&'a str, String)> {
    const CERT: &str = "serve.tls_cert_file";
    const KEY: &str = "serve.tls_key_file";
    let file = |text: &str| given(text.to_owned()).map(PathBuf::from);
    let lacks = |missing| format!("must be given together with `{missing}`");
    match (file(&raw.tls_cert_file), file(&raw.tls_key_file), beyond) {
        (Some(cert), Some(key), _) => Ok(Some(TlsFiles { cert, key })),
        (Some(_), None, _) => Err((CERT, lacks(KEY))),
        (None, Some(_), _) => Err((KEY, lacks(CERT))),
        (None, None, None) => Ok(None),
        (None, None, Some(name)) => {
            Err((name, format!("is beyond loopback, where TLS is owed: `{CERT}` and `{KEY}` must be given")))
        }
    }
}
