//! A server that answers what a script says, and what the watch asks it and delivers.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use jiff::Timestamp;
use kube::client::Body;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::model::Kind;
use crate::snapshot::{Change, Intake};
use crate::watch::{Delivery, Options, watch};

/// How an answer ends after its pieces.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Clean,
    Broken,
    /// It ends cleanly so much later.
    After(Duration),
    /// The last piece comes again and again.
    Endless,
}

/// An answer of the script.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) pieces: Vec<Bytes>,
    /// How long each piece takes to come.
    pub(super) pace: Duration,
    pub(super) end: End,
    /// How long the answer takes to begin.
    pub(super) begins_after: Duration,
}

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");
pub(super) const PROTOBUF: (&str, &str) =
    ("content-type", "application/vnd.kubernetes.protobuf;stream=watch");

/// A frame that adds a pod of this name at this version.
pub(super) fn added(name: &str, version: u32) -> String {
    let metadata = format!(r#"{{"namespace":"shop","name":"{name}","resourceVersion":"{version}"}}"#);
    format!(r#"{{"type":"ADDED","object":{{"metadata":{metadata}}}}}"#) + "\n"
}

/// The bookmark that closes a first list.
pub(super) fn closing(version: &str) -> String {
    let annotations = r#"{"k8s.io/initial-events-end":"true"}"#;
    let metadata = format!(r#"{{"resourceVersion":"{version}","annotations":{annotations}}}"#);
    format!(r#"{{"type":"BOOKMARK","object":{{"metadata":{metadata}}}}}"#) + "\n"
}

pub(super) const GONE: &str = "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}\n";

impl Answer {
    pub(super) fn ok(pieces: &[&str], end: End) -> Self {
        let pieces = pieces.iter().map(|piece| Bytes::copy_from_slice(piece.as_bytes())).collect();
        Self { pieces, end, ..Self::refused(200) }.with(JSON.0, JSON.1)
    }

    pub(super) fn refused(code: u16) -> Self {
        Self {
            code,
            headers: Vec::new(),
            pieces: Vec::new(),
            pace: Duration::ZERO,
            end: End::Clean,
            begins_after: Duration::ZERO,
        }
    }

    /// None at all: the connection is there, and nothing comes.
    pub(super) fn none() -> Self {
        Self { begins_after: Duration::MAX, ..Self::refused(200) }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

struct Pieces {
    left: VecDeque<Bytes>,
    pace: Duration,
    end: End,
    later: Pin<Box<Sleep>>,
    taken: Arc<Mutex<usize>>,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.left.is_empty() {
            ready!(self.later.as_mut().poll(context));
        }
        if let Some(piece) = self.left.pop_front() {
            let next = match self.end {
                End::After(time) if self.left.is_empty() => time,
                _ => self.pace,
            };
            self.later.set(sleep(next));
            *self.taken.lock().unwrap() += piece.len();
            if self.left.is_empty() && matches!(self.end, End::Endless) {
                self.left.push_back(piece.clone());
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Clean | End::Endless => Poll::Ready(None),
            End::Broken => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            End::After(_) => self.later.as_mut().poll(context).map(|()| None),
        }
    }
}

/// What was asked: when, and with which query.
pub(super) type Asked = (Duration, String);

/// A watch of one kind at work.
pub(super) struct Rig {
    pub(super) asked: Arc<Mutex<Vec<Asked>>>,
    /// How many bytes of bodies were read.
    pub(super) taken: Arc<Mutex<usize>>,
    pub(super) deliveries: mpsc::Receiver<Delivery>,
    pub(super) task: JoinHandle<()>,
}

/// How long a test waits for what it expects, in its own time.
const LONG: Duration = Duration::from_hours(2);

/// More requests than any script leads to.
const ASKED_MAX: usize = 1000;

pub(super) fn options() -> Options {
    Options {
        page_size: 8,
        lifetime: Duration::from_secs(290),
        backoff_min: Duration::from_millis(200),
        backoff_max: Duration::from_secs(30),
        absence: Duration::from_mins(2),
        frame_max: 4096,
        clock: || Timestamp::UNIX_EPOCH,
    }
}

impl Rig {
    /// Watches the pods of a server that gives these answers in turn, and the last one ever after.
    pub(super) fn start(script: Vec<Answer>) -> Self {
        Self::start_of(Kind::Pod, script)
    }

    /// Watches this kind on such a server.
    pub(super) fn start_of(kind: Kind, script: Vec<Answer>) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let taken: Arc<Mutex<usize>> = Arc::default();
        let (log, counter, begun) = (Arc::clone(&asked), Arc::clone(&taken), Instant::now());
        let service = tower::service_fn(move |request: Request<Body>| {
            let mut asked = log.lock().unwrap();
            let at = asked.len().min(script.len() - 1);
            asked.push((begun.elapsed(), request.uri().query().unwrap_or_default().to_owned()));
            let (answer, counter) = (script[at].clone(), Arc::clone(&counter));
            async move {
                sleep(answer.begins_after).await;
                Ok::<_, Infallible>(respond(answer, counter))
            }
        });
        let client = kube::Client::new(service, "default");
        let (sender, deliveries) = mpsc::channel(1);
        let task = tokio::spawn(watch(kind, client, options(), Arc::new(Intake::default()), sender));
        Self { asked, taken, deliveries, task }
    }

    /// The next changes that are delivered, in words.
    pub(super) async fn next(&mut self) -> Vec<String> {
        loop {
            let delivery = timeout(LONG, self.deliveries.recv()).await.expect("something is delivered");
            let changes = delivery.expect("the watch goes on").batch.changes;
            if !changes.is_empty() {
                return changes.iter().map(words).collect();
            }
        }
    }

    /// Takes what comes within this time, and gives the changes in words.
    pub(super) async fn run_for(&mut self, time: Duration) -> Vec<String> {
        let mut said = Vec::new();
        let until = Instant::now() + time;
        while let Ok(delivery) = tokio::time::timeout_at(until, self.deliveries.recv()).await {
            said.extend(delivery.expect("the watch goes on").batch.changes.iter().map(words));
            // Without a pause the time would never come to its end.
            assert!(self.asked.lock().unwrap().len() <= ASKED_MAX, "asked without pause");
        }
        said
    }

    /// What was asked so far, each in a word, with the seconds at which it was.
    pub(super) fn asked(&self) -> Vec<(u64, &'static str)> {
        self.asked.lock().unwrap().iter().map(|(at, query)| (at.as_secs(), ask(query))).collect()
    }
}

fn ask(query: &str) -> &'static str {
    if query.contains("sendInitialEvents") {
        "watch-list"
    } else if query.contains("watch=true") {
        "watch"
    } else {
        "page"
    }
}

fn words(change: &Change) -> String {
    match change {
        Change::Listing(_) => "listing".to_owned(),
        Change::Synced(_) => "synced".to_owned(),
        Change::Resumed(_) => "resumed".to_owned(),
        Change::Lost(_, loss) => format!("lost {}", loss.as_str()),
        Change::Seen(facts) => format!("seen {}", facts.name),
        Change::Unreadable { name, .. } => format!("unreadable {name}"),
        Change::Deleted { name, .. } => format!("deleted {name}"),
        Change::Own(own) => format!("{own:?}"),
    }
}

fn respond(answer: Answer, taken: Arc<Mutex<usize>>) -> Response<Pieces> {
    let later = match answer.end {
        End::After(time) if answer.pieces.is_empty() => time,
        _ => answer.pace,
    };
    let (pace, end, later) = (answer.pace, answer.end, Box::pin(sleep(later)));
    let body = Pieces { left: answer.pieces.into(), pace, end, later, taken };
    let mut response = Response::builder().status(answer.code);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(body).unwrap()
}
