//! A plain client of the embedded cluster, and what it reads off the wire.

use bytes::{Buf, Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use plimsoll::demo::objects::{ListMeta, ObjectMeta, Status, Unknown, WatchEvent};
use prost::Message;

pub(crate) const JSON: &str = "application/json";
pub(crate) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

pub(crate) struct Wire {
    client: Client<HttpConnector, Empty<Bytes>>,
    url: String,
}

impl Wire {
    pub(crate) fn new(url: String) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), url }
    }

    pub(crate) async fn send(&self, path: &str, accept: &str) -> Response<Incoming> {
        self.try_send(path, accept).await.unwrap()
    }

    pub(crate) async fn try_send(
        &self,
        path: &str,
        accept: &str,
    ) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
        let request = Request::get(format!("{}{path}", self.url)).header("accept", accept);
        self.client.request(request.body(Empty::new()).unwrap()).await
    }

    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&whole(self.send(path, JSON).await).await).unwrap()
    }

    /// The status of a refusal, in JSON, checked to be that of the answer.
    pub(crate) async fn refused(&self, path: &str, code: StatusCode) -> serde_json::Value {
        let response = self.send(path, JSON).await;
        assert_eq!(response.status(), code, "{path}");
        let status: serde_json::Value = serde_json::from_slice(&whole(response).await).unwrap();
        assert_eq!((&status["kind"], &status["code"]), (&"Status".into(), &code.as_u16().into()));
        status
    }

    pub(crate) async fn watch(&self, path: &str, accept: &str) -> Watching {
        let response = self.send(path, accept).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let content_type = response.headers()["content-type"].to_str().unwrap();
        let protobuf = content_type == "application/vnd.kubernetes.protobuf;stream=watch";
        assert!(protobuf || content_type == JSON, "{content_type}");
        Watching { body: response.into_body(), read: BytesMut::new(), protobuf }
    }
}

pub(crate) async fn whole(response: Response<Incoming>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

/// The type and the object of what stands behind the magic bytes.
pub(crate) fn unwrap_unknown(bytes: &Bytes) -> Unknown {
    Unknown::decode(bytes.strip_prefix(b"k8s\0").unwrap()).unwrap()
}

/// What objects of all kinds have in common.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AnyObject {
    #[prost(message, required, tag = 1)]
    pub(crate) metadata: ObjectMeta,
}

/// A list of objects of any kind.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AnyList {
    #[prost(message, required, tag = 1)]
    pub(crate) metadata: ListMeta,
    #[prost(message, repeated, tag = 2)]
    pub(crate) items: Vec<AnyObject>,
}

pub(crate) struct Watching {
    body: Incoming,
    read: BytesMut,
    protobuf: bool,
}

/// One event of a watch, whatever its encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) event: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) closes_list: bool,
    /// Of a status.
    pub(crate) message: String,
}

impl Watching {
    /// The next event; none when the watch has ended as it should.
    pub(crate) async fn next(&mut self) -> Option<Seen> {
        loop {
            let frame = if self.protobuf { self.protobuf_frame() } else { self.json_frame() };
            if frame.is_some() {
                return frame;
            }
            let read = self.body.frame().await?.unwrap().into_data().unwrap();
            self.read.extend_from_slice(&read);
        }
    }

    /// Whether the connection breaks without an orderly end, before another event.
    pub(crate) async fn breaks(&mut self) -> bool {
        matches!(self.body.frame().await, Some(Err(_)))
    }

    pub(crate) async fn raw(&mut self) -> Bytes {
        self.body.frame().await.unwrap().unwrap().into_data().unwrap()
    }

    fn protobuf_frame(&mut self) -> Option<Seen> {
        let len = u32::from_be_bytes(self.read.get(..4)?.try_into().unwrap()) as usize;
        if self.read.len() < 4 + len {
            return None;
        }
        self.read.advance(4);
        let event = WatchEvent::decode(self.read.split_to(len)).unwrap();
        let unknown = unwrap_unknown(&event.object.raw);
        if unknown.type_meta.kind == "Status" {
            let status = Status::decode(unknown.raw).unwrap();
            return Some(seen(event.r#type, "Status", "", "", false, &status.message));
        }
        let metadata = AnyObject::decode(unknown.raw).unwrap().metadata;
        let closes = metadata.annotations.contains_key("k8s.io/initial-events-end");
        Some(seen(
            event.r#type,
            &unknown.type_meta.kind,
            &metadata.name,
            &metadata.resource_version,
            closes,
            "",
        ))
    }

    fn json_frame(&mut self) -> Option<Seen> {
        let end = self.read.iter().position(|byte| *byte == b'\n')?;
        let line = self.read.split_to(end + 1);
        let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
        let object = &json["object"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &object["metadata"];
        let closes = metadata["annotations"]["k8s.io/initial-events-end"] == "true";
        Some(seen(
            text(&json["type"]),
            &text(&object["kind"]),
            &text(&metadata["name"]),
            &text(&metadata["resourceVersion"]),
            closes,
            &text(&object["message"]),
        ))
    }
}

fn seen(event: String, kind: &str, name: &str, version: &str, closes_list: bool, message: &str) -> Seen {
    let [kind, name, version, message] = [kind, name, version, message].map(str::to_owned);
    Seen { event, kind, name, version, closes_list, message }
}
