//! `/api/v1/events`: the journal as server-sent events, from any number on and then as it is written.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State as Extract};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::{sleep, timeout};

use super::answer::Refusal;
use super::query::Query;
use super::{JournalFeed, Shared};
use crate::sinks::journal::{Entry, Reader};

/// How many events are read and sent at once.
const BATCH_MAX: usize = 128;
/// How many batches may wait for a client to read them.
const WAITING_MAX: usize = 2;
/// A comment is sent so often, so that proxies and clients see that the stream lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A client that takes nothing for so long is let go.
const STALLED_MAX: Duration = Duration::from_secs(30);

pub(super) async fn stream(
    Extract(shared): Extract<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Response> {
    let refuse = IntoResponse::into_response;
    let feed = shared.state.journal.clone();
    let feed = feed.ok_or_else(|| refuse(Refusal::new(StatusCode::NOT_FOUND, "no journal is kept")))?;
    let since = since(query.as_deref(), &headers).map_err(refuse)?.unwrap_or(*feed.written.borrow());
    if method == Method::HEAD {
        return Ok(event_stream(Body::empty()));
    }
    let permit = shared.streams.clone().try_acquire_owned().map_err(|_| {
        let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too many streams are open");
        ([(RETRY_AFTER, "5")], refusal).into_response()
    })?;
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let source = Source { feed, sender, shutdown: shared.shutdown.clone() };
    tokio::spawn(source.run(since));
    Ok(event_stream(Body::new(Stream { receiver, _permit: permit })))
}

fn event_stream(body: Body) -> Response {
    ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
}

/// The number after which the client wants events; none for those to come. A client that connects again says in
/// a header how far it came, and its URL still says where it once began.
fn since(query: Option<&str>, headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    const EXPECTED: &str = "the sequence number of an event";
    let asked = Query::parse(query, &["since"])?.value("since", EXPECTED, |text| text.parse().ok())?;
    let Some(last) = headers.get("last-event-id") else { return Ok(asked) };
    let last = last.to_str().ok().and_then(|text| text.parse().ok());
    let refused = || Refusal::parameter("Last-Event-ID", "its value is not valid", vec![EXPECTED.to_owned()]);
    last.map(Some).ok_or_else(refused)
}

/// Reads the journal for one client.
struct Source {
    feed: JournalFeed,
    sender: mpsc::Sender<Bytes>,
    shutdown: watch::Receiver<bool>,
}

impl Source {
    /// Sends until the client goes, the daemon ends, or the journal cannot be read.
    async fn run(mut self, since: u64) {
        let mut shutdown = self.shutdown.clone();
        let sender = self.sender.clone();
        tokio::select! {
            sent = self.send_all(since) => if let Err(error) = sent {
                tracing::warn!(%error, "a stream of events ended");
            },
            () = sender.closed() => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }

    async fn send_all(&mut self, since: u64) -> io::Result<()> {
        let mut reader = Reader::new(&self.feed.dir, since);
        if since > *self.feed.written.borrow() {
            // The client knows numbers that this journal has not reached: it was begun anew.
            self.send(gap(0, 1, since)).await?;
            reader = Reader::new(&self.feed.dir, 0);
        }
        loop {
            self.feed.written.borrow_and_update();
            let batch;
            (reader, batch) = read(reader).await?;
            if !batch.is_empty() {
                self.send(batch.iter().map(render).collect()).await?;
                continue;
            }
            tokio::select! {
                changed = self.feed.written.changed() => if changed.is_err() { return Ok(()) },
                () = sleep(KEEP_ALIVE) => self.send(": keep-alive\n\n".to_owned()).await?,
            }
        }
    }

    async fn send(&self, text: String) -> io::Result<()> {
        match timeout(STALLED_MAX, self.sender.send(text.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client went")),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")),
        }
    }
}

/// Reads on a thread where waiting for the disk holds up nobody.
async fn read(mut reader: Reader) -> io::Result<(Reader, Vec<Entry>)> {
    let read = tokio::task::spawn_blocking(move || {
        let batch = reader.next_batch(BATCH_MAX)?;
        Ok((reader, batch))
    });
    read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn render(entry: &Entry) -> String {
    match entry {
        Entry::Event(line) => {
            let mut text = String::with_capacity(line.text.len() + 64);
            write!(text, "id: {}\nevent: {}\ndata: {}\n\n", line.seq, line.event, line.text)
                .expect("writing to a string");
            text
        }
        Entry::Gap { first, last } => gap(*last, *first, *last),
    }
}

/// Says that the events of these numbers are not to be had. `id` is where the client goes on from.
fn gap(id: u64, first: u64, last: u64) -> String {
    format!(
        "id: {id}\nevent: gap\ndata: {{\"schema\":\"plimsoll.dev/gap/v1\",\"first\":{first},\"last\":{last}}}\n\n"
    )
}

/// The body of an answer that is still being written. The place among the streams is free again when the
/// connection lets go of it.
struct Stream {
    receiver: mpsc::Receiver<Bytes>,
    _permit: OwnedSemaphorePermit,
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.receiver.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
