//! A blocking HTTP client, just large enough to ask servers on loopback.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// How long one answer may take. A server that is about to be killed must not hold up a test for ever.
const ANSWER: Duration = Duration::from_secs(10);

/// What a server said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of an answer that says it is well; else what it says instead.
    pub(crate) fn json(&self) -> Result<Value, String> {
        if !self.status.is_success() {
            return Err(format!("{}: {}", self.status, self.text()));
        }
        serde_json::from_slice(&self.body).map_err(|error| format!("{error}: {}", self.text()))
    }
}

/// Asks, and gives what stands in the way as words, since callers look again until they like what they see.
pub(crate) fn get(url: &str) -> Result<Answer, String> {
    send(Method::GET, url, Bytes::new())
}

pub(crate) fn post_json(url: &str, body: &Value) -> Result<Answer, String> {
    send(Method::POST, url, body.to_string().into())
}

/// A runtime for one question: it costs little, and it leaves no connection open to a server that then goes away.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}

fn send(method: Method, url: &str, body: Bytes) -> Result<Answer, String> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(Full::new(body))
        .expect("the request is well formed");
    runtime().block_on(async {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = async {
            let response = client.request(request).await.map_err(|error| format!("{url}: {error:?}"))?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(|error| format!("{url}: {error}"))?;
            Ok(Answer { status, body: body.to_bytes() })
        };
        timeout(ANSWER, answer).await.map_err(|_| format!("{url}: no answer within {ANSWER:?}"))?
    })
}
