//! One request, one answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::sync::watch as observed;

use crate::demo::store::{Encoding, Store};
use crate::model::Kind;

use super::body::AnswerBody;
use super::discovery::discovery;
use super::faults::{Faults, Stall};
use super::frames::{Framer, status_body};
use super::list::list;
use super::negotiate::{content_type, negotiate, stream_content_type};
use super::options::Options;
use super::review::review;
use super::status::{self, Refusal};
use super::watch::{Amiss, watch};

/// The encodings that are served, in the order in which they are offered.
const SERVED: [Encoding; 2] = [Encoding::Json, Encoding::Protobuf];
const SERVED_TYPES: &str = "application/json, application/vnd.kubernetes.protobuf, \
     application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
const SERVED_TYPES_JSON: &str = "application/json, application/json;stream=watch";

/// What can be decoded as no list.
const GARBAGE: &str = "garbage";

/// What all connections answer from.
#[derive(Debug)]
pub(super) struct Source {
    pub store: Arc<Store>,
    pub faults: observed::Sender<Faults>,
    /// The kinds that others have brought into the cluster.
    pub installed: observed::Sender<BTreeSet<Kind>>,
}

/// The answer to a request.
pub(super) async fn answer<B>(source: &Source, request: &Request<B>) -> Response<AnswerBody> {
    if request.uri().query().is_some_and(|query| query.contains("continue=")) {
        source.stall().of_pages().await;
    }
    let faults = source.faults.borrow().clone();
    let served = if faults.protobuf_refused { &SERVED[..1] } else { &SERVED[..] };
    let encoding = accepted(request, served);
    // An error is told in the encoding that was asked for; in JSON where that is not known.
    let answer = route(source, &faults, encoding, request);
    answer.unwrap_or_else(|refusal| refuse(encoding.unwrap_or(Encoding::Json), &refusal))
}

fn route<B>(
    source: &Source,
    faults: &Faults,
    encoding: Option<Encoding>,
    request: &Request<B>,
) -> Result<Response<AnswerBody>, Refusal> {
    if let Some(error) = faults.error {
        return Err(status::server_error(error));
    }
    if faults.unauthorized || !faults.token.iter().all(|token| bears(request.headers(), token)) {
        return Err(status::unauthorized());
    }
    let path = request.uri().path();
    let kinds = source.served();
    if let Some(value) = discovery(path, &kinds).or_else(|| review(path)) {
        let body = AnswerBody::Whole(format!("{value}\n").into());
        return Ok(respond(StatusCode::OK, content_type(Encoding::Json), body));
    }
    let kind = kinds.into_iter().find(|kind| kind.path() == path);
    let kind = kind.filter(|kind| !faults.not_served.contains(kind)).ok_or_else(status::not_found)?;
    if request.method() != Method::GET {
        return Err(status::method_not_allowed());
    }
    // What others have brought is spoken of in JSON alone.
    let encoding = if kind.is_foreign_policy() { accepted(request, &SERVED[..1]) } else { encoding };
    serve(source, faults, kind, encoding, request)
}

/// The best of these encodings that the request accepts, or none.
fn accepted<B>(request: &Request<B>, served: &[Encoding]) -> Option<Encoding> {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    negotiate(accept, served)
}

fn bears(headers: &HeaderMap, token: &str) -> bool {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    bearer == Some(token.as_bytes())
}

fn serve<B>(
    source: &Source,
    faults: &Faults,
    kind: Kind,
    encoding: Option<Encoding>,
    request: &Request<B>,
) -> Result<Response<AnswerBody>, Refusal> {
    let options = Options::read(request.uri(), !faults.watch_list_refused);
    if faults.forbidden.contains(&kind) {
        let verb = if matches!(options, Ok(Options::Watch(_))) { "watch" } else { "list" };
        return Err(status::forbidden(kind, verb));
    }
    let encoding = encoding.ok_or_else(|| {
        let json_alone = faults.protobuf_refused || kind.is_foreign_policy();
        status::not_acceptable(if json_alone { SERVED_TYPES_JSON } else { SERVED_TYPES })
    })?;
    match options? {
        Options::List(_) if source.take_garbage(kind) => {
            let body = AnswerBody::Whole(GARBAGE.into());
            Ok(respond(StatusCode::OK, content_type(encoding), body))
        }
        Options::List(options) => {
            let body = list(&source.store, kind, encoding, &options, source.stall())?;
            Ok(respond(StatusCode::OK, content_type(encoding), body))
        }
        Options::Watch(options) => {
            let faults = Amiss { garbage: source.take_garbage(kind), stall: source.stall() };
            let body = watch(&source.store, Framer::new(kind, encoding), kind, &options, faults);
            Ok(respond(StatusCode::OK, stream_content_type(encoding), body))
        }
    }
}

impl Source {
    /// The kinds that are served: those of Kubernetes itself, and what was installed.
    fn served(&self) -> Vec<Kind> {
        let installed = self.installed.borrow();
        Kind::ALL.into_iter().filter(|kind| !kind.is_foreign_policy() || installed.contains(kind)).collect()
    }

    /// Whether this answer is to begin with garbage, which the next one then does not.
    fn take_garbage(&self, kind: Kind) -> bool {
        self.faults.send_if_modified(|faults| faults.garbage.remove(&kind))
    }

    fn stall(&self) -> Stall {
        Stall(self.faults.subscribe())
    }
}

fn refuse(encoding: Encoding, refusal: &Refusal) -> Response<AnswerBody> {
    let body = AnswerBody::Whole(status_body(encoding, &refusal.status).into());
    let mut response = respond(refusal.code, content_type(encoding), body);
    if let Some(secs) = refusal.retry_after_secs {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
    }
    response
}

fn respond(code: StatusCode, content_type: &'static str, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}
