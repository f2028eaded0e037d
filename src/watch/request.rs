//! The requests that are made.

use std::time::Duration;

use http::Request;
use http::header::ACCEPT;
use kube::client::Body;

use super::answer::Failure;
use crate::model::Kind;

/// What is asked of the collection of a kind, over all namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask<'a> {
    /// A page of a list; the token is empty for the first.
    Page { limit: u32, continue_token: &'a str },
    /// A watch that begins with everything there is.
    WatchList { lifetime: Duration },
    /// A watch from a resource version on.
    Watch { resource_version: &'a str, lifetime: Duration },
}

/// Whether protobuf is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    /// Protobuf where the server has it, else JSON.
    Protobuf,
    /// The server has refused protobuf.
    Json,
}

impl Accept {
    const fn header(self) -> &'static str {
        match self {
            Self::Protobuf => "application/vnd.kubernetes.protobuf,application/json",
            Self::Json => "application/json",
        }
    }
}

/// The request for `ask`. It fails only on a token of the server's that fits into no header or URL.
pub(super) fn request(kind: Kind, ask: Ask<'_>, accept: Accept) -> Result<Request<Body>, Failure> {
    let uri = format!("{}?{}", kind.path(), query(ask));
    let request = Request::get(uri).header(ACCEPT, accept.header()).body(Body::empty());
    request.map_err(|error| Failure::undecodable(format!("failed to build a request: {error}")))
}

fn query(ask: Ask<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    match ask {
        Ask::Page { limit, continue_token } => {
            query.append_pair("limit", &limit.to_string());
            if !continue_token.is_empty() {
                query.append_pair("continue", continue_token);
            }
        }
        Ask::WatchList { lifetime } => {
            watch_pairs(&mut query, lifetime);
            query.append_pair("sendInitialEvents", "true");
            query.append_pair("resourceVersionMatch", "NotOlderThan");
        }
        Ask::Watch { resource_version, lifetime } => {
            watch_pairs(&mut query, lifetime);
            query.append_pair("resourceVersion", resource_version);
        }
    }
    query.finish()
}

fn watch_pairs(query: &mut form_urlencoded::Serializer<'_, String>, lifetime: Duration) {
    query.append_pair("watch", "true");
    query.append_pair("allowWatchBookmarks", "true");
    query.append_pair("timeoutSeconds", &lifetime.as_secs().max(1).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_on_with_its_token_escaped() {
        let first = query(Ask::Page { limit: 500, continue_token: "" });
        assert_eq!(first, "limit=500");
        let next = query(Ask::Page { limit: 500, continue_token: "a+b/c=&" });
        assert_eq!(next, "limit=500&continue=a%2Bb%2Fc%3D%26");
    }

    #[test]
    fn the_first_list_is_streamed_with_its_end_marked() {
        let query = query(Ask::WatchList { lifetime: Duration::from_secs(290) });
        assert_eq!(
            query,
            "watch=true&allowWatchBookmarks=true&timeoutSeconds=290&sendInitialEvents=true\
             &resourceVersionMatch=NotOlderThan"
        );
    }
}
