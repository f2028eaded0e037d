//! One kind, followed for ever.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use kube::client::Body;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::answer::{Failure, Remedy, encoding, error_event, refusal};
use super::backoff::Backoff;
use super::body::{PIECE_TIME_MAX, next_piece, whole};
use super::request::{Accept, Ask, request};
use super::{Delivery, EVENT_TYPES, Options, Trouble};
use crate::model::{Kind, Loss};
use crate::snapshot::{Batch, Change, Intake};
use crate::wire::{Encoding, Frame, FrameReader, Item, cut_frame, decode_item};

/// The state of following one kind.
pub(super) struct Follower {
    pub(super) kind: Kind,
    client: kube::Client,
    pub(super) options: Options,
    pub(super) intake: Arc<Intake>,
    deliveries: mpsc::Sender<Delivery>,
    pub(super) accept: Accept,
    pub(super) first_list: FirstList,
    /// The version to go on from; none until a list is complete.
    pub(super) position: Option<String>,
    /// What was said of the kind last, if it was that it is lost.
    pub(super) lost: Option<Loss>,
    pub(super) backoff: Backoff,
    /// Failures since a watch lasted.
    pub(super) failures: u32,
    /// How many of them were refusals to go on from the version.
    pub(super) refusals: u32,
    /// Since when this watch shows everything, if it does.
    steady: Option<Instant>,
    pub(super) trouble: Option<Trouble>,
    /// Objects a page; halved when a page grows too large.
    pub(super) page_size: u32,
}

/// How everything there is comes the first time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstList {
    Streamed,
    Paged,
}

/// How long the server may take to begin its answer.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// How much longer than its lifetime a watch may last before it is given up: its connection is dead.
const LIFETIME_GRACE: Duration = Duration::from_secs(15);

/// The longest refusal that is read, in bytes.
const REFUSAL_MAX: usize = 64 * 1024;

/// How long a watch lasts at least that counts as one that works. Whatever ends earlier, and however it ends,
/// the waits between tries grow: a server that answers and breaks off must not be asked without pause.
const LASTING: Duration = Duration::from_millis(500);

/// A watch that says nothing for so long is not trusted: a server sends a bookmark each minute, but none to
/// whoever waits for versions that are yet to come, as after it was restored from a backup.
const SILENCE_MAX: Duration = Duration::from_secs(150);

/// What came in one piece of a stream.
pub(super) struct Gathered {
    /// When the piece came in.
    seen: Timestamp,
    pub(super) changes: Vec<Change>,
    pub(super) events: [u64; EVENT_TYPES],
}

impl Gathered {
    pub(super) fn new(clock: fn() -> Timestamp) -> Self {
        Self { seen: clock(), changes: Vec::new(), events: [0; EVENT_TYPES] }
    }
}

impl Follower {
    pub(super) fn new(
        kind: Kind,
        client: kube::Client,
        options: Options,
        intake: Arc<Intake>,
        deliveries: mpsc::Sender<Delivery>,
    ) -> Self {
        Self {
            kind,
            client,
            intake,
            deliveries,
            accept: Accept::Protobuf,
            first_list: FirstList::Streamed,
            position: None,
            lost: None,
            backoff: Backoff::new(options.backoff_min, options.backoff_max),
            failures: 0,
            refusals: 0,
            steady: None,
            trouble: None,
            page_size: options.page_size,
            options,
        }
    }

    /// Follows the kind for ever.
    pub(super) async fn run(&mut self) -> Infallible {
        loop {
            self.steady = None;
            let outcome = self.step().await;
            let lasted = self.steady.is_some_and(|since| since.elapsed() >= LASTING);
            if lasted {
                self.failures = 0;
                self.refusals = 0;
                self.backoff.reset();
            }
            match outcome {
                Err(failure) => self.mend(failure).await,
                // It ended with its lifetime, and is asked for again at once.
                Ok(()) if lasted => {}
                Ok(()) => self.pause(Duration::ZERO).await,
            }
        }
    }

    /// Lists where the first list does not come with the watch, then watches until the watch ends.
    async fn step(&mut self) -> Result<(), Failure> {
        if self.position.is_none() && self.first_list == FirstList::Paged {
            self.list().await?;
        }
        let lifetime = self.options.lifetime.mul_f64(1.0 - fastrand::f64() / 5.0);
        let Some(resource_version) = self.position.clone() else {
            let answer = self.ask(Ask::WatchList { lifetime }).await?;
            self.begin_list().await;
            return self.read(answer, lifetime).await;
        };
        let answer = self.ask(Ask::Watch { resource_version: &resource_version, lifetime }).await?;
        self.steady = Some(Instant::now());
        self.read(answer, lifetime).await
    }

    /// Says that what is known is to be listed anew, and is not to be judged by until then.
    pub(super) async fn begin_list(&mut self) {
        self.lost = None;
        self.deliver(vec![Change::Listing(self.kind)]).await;
    }

    /// Makes a request, and returns its answer if it is not a refusal.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Response<Body>, Failure> {
        let sent = self.client.send(request(self.kind, ask, self.accept)?);
        let late = |_| Failure::unreachable(format!("no answer within {} s", ANSWER_MAX.as_secs()));
        let answer = timeout(ANSWER_MAX, sent).await.map_err(late)??;
        if answer.status() == StatusCode::OK {
            return Ok(answer);
        }
        let (head, body) = answer.into_parts();
        let body = timeout(ANSWER_MAX, whole(body, REFUSAL_MAX)).await.map_err(late)??;
        Err(refusal(&head, body.unwrap_or_default(), (self.options.clock)()))
    }

    /// Reads a watch to its end. Only waiting for the server has a limit: what has come is handed over, however
    /// long that takes.
    async fn read(&mut self, answer: Response<Body>, lifetime: Duration) -> Result<(), Failure> {
        let begun = Instant::now();
        let mut heard = begun;
        let encoding = encoding(answer.headers());
        let mut reader = FrameReader::new(encoding, self.options.frame_max);
        let mut body = answer.into_body();
        loop {
            let patience = self.patience(begun, heard, lifetime);
            let piece = match timeout_at(patience, next_piece(&mut body)).await {
                Ok(piece) => piece?,
                Err(_) if self.lost.is_some() => {
                    self.resume().await;
                    continue;
                }
                Err(_) => return Err(self.late(heard.elapsed())),
            };
            let Some(piece) = piece else { break };
            heard = Instant::now();
            reader.push(&piece);
            let mut gathered = Gathered::new(self.options.clock);
            let outcome = self.gather_all(&mut reader, encoding, &mut gathered);
            if gathered.events != [0; EVENT_TYPES] {
                if outcome.is_ok() {
                    self.resume().await;
                }
                self.send(gathered).await;
            }
            outcome?;
        }
        reader.finish()?;
        if self.position.is_none() {
            // A server that knows nothing of streamed lists may watch on without ever closing this one.
            let message = "the watch ended within its first list".to_owned();
            return Err(Failure { remedy: Remedy::Page, message });
        }
        Ok(())
    }

    /// Until when the server may say nothing. A lost kind is seen again when its watch has lasted for a moment,
    /// even if nothing happens: a refusal may come within an answer that began well.
    fn patience(&self, begun: Instant, heard: Instant, lifetime: Duration) -> Instant {
        // Unlike a watch, a first list has something to say all the time.
        let silence_max = if self.position.is_none() { PIECE_TIME_MAX } else { SILENCE_MAX };
        let end = (begun + lifetime + LIFETIME_GRACE).min(heard + silence_max);
        if self.lost.is_some() { end.min(begun + LASTING) } else { end }
    }

    /// Why a watch is given up that has said nothing for so long, or has outlived its time.
    fn late(&mut self, silence: Duration) -> Failure {
        if self.position.is_none() {
            // A server may show all that there is and never say that this was all; one that hangs answers no page
            // either.
            self.first_list = FirstList::Paged;
            let message = format!("the first list did not end, and nothing came for {} s", silence.as_secs());
            return Failure::unreachable(message);
        }
        if silence >= SILENCE_MAX {
            return silent();
        }
        Failure::unreachable("the watch outlived its time".to_owned())
    }

    /// Says that a lost kind is seen again, where it was lost.
    async fn resume(&mut self) {
        if self.lost.take().is_some() {
            self.deliver(vec![Change::Resumed(self.kind)]).await;
        }
    }

    /// Takes all whole frames that have come.
    fn gather_all(
        &mut self,
        reader: &mut FrameReader,
        encoding: Encoding,
        gathered: &mut Gathered,
    ) -> Result<(), Failure> {
        while let Some(frame) = reader.next_frame()? {
            self.gather(encoding, cut_frame(encoding, frame)?, gathered)?;
        }
        Ok(())
    }

    fn gather(
        &mut self,
        encoding: Encoding,
        frame: Frame<Bytes>,
        gathered: &mut Gathered,
    ) -> Result<(), Failure> {
        match frame {
            Frame::Added(object) => {
                gathered.events[0] += 1;
                gathered.changes.push(self.admit(encoding, object)?);
            }
            Frame::Modified(object) => {
                gathered.events[1] += 1;
                gathered.changes.push(self.admit(encoding, object)?);
            }
            Frame::Deleted(object) => {
                gathered.events[2] += 1;
                let item = decode_item(self.kind, encoding, object)?;
                self.advance(&item);
                gathered.changes.push(self.intake.deleted(item));
            }
            Frame::Bookmark { resource_version, initial_events_end } => {
                gathered.events[3] += 1;
                let resource_version = position(resource_version)?;
                if initial_events_end && self.position.is_none() {
                    gathered.changes.push(Change::Synced(self.kind));
                    self.position = Some(resource_version);
                    self.steady = Some(Instant::now());
                } else if let Some(position) = &mut self.position {
                    *position = resource_version;
                }
            }
            Frame::Error(status) => {
                gathered.events[4] += 1;
                return Err(error_event(&status));
            }
        }
        Ok(())
    }

    fn admit(&mut self, encoding: Encoding, object: Bytes) -> Result<Change, Failure> {
        let change = self.intake.admit(self.kind, encoding, object)?;
        if let (Some(position), Change::Seen(facts)) = (&mut self.position, &change)
            && facts.resource_version > 0
        {
            position.clear();
            write!(position, "{}", facts.resource_version).expect("writing to a string cannot fail");
        }
        Ok(change)
    }

    /// Notes how far the watch has come. The objects of a first list come in no order of versions.
    fn advance(&mut self, item: &Item) {
        if let (Some(position), Item::Object(object)) = (&mut self.position, item)
            && !object.metadata.resource_version.is_empty()
        {
            position.clone_from(&object.metadata.resource_version);
        }
    }

    pub(super) async fn deliver(&mut self, changes: Vec<Change>) {
        self.send(Gathered { changes, ..Gathered::new(self.options.clock) }).await;
    }

    pub(super) async fn send(&mut self, Gathered { seen, changes, events }: Gathered) {
        let batch = Batch { seen, changes };
        let delivery = Delivery { kind: self.kind, batch, events, error: self.trouble.take() };
        // When nobody takes deliveries any more, whoever runs this ends it.
        let _gone = self.deliveries.send(delivery).await;
    }
}

/// A version that a watch can go on from. Of none, the server would begin with what there is, and would not
/// say what is gone.
pub(super) fn position(resource_version: String) -> Result<String, Failure> {
    if resource_version.is_empty() {
        return Err(Failure::undecodable("the server did not say its version".to_owned()));
    }
    Ok(resource_version)
}

/// API servers send a bookmark each minute: one that says nothing for longer is not there any more, or was
/// asked to go on from a version that it never reaches.
fn silent() -> Failure {
    let message = format!("nothing came for {} s, not even a bookmark", SILENCE_MAX.as_secs());
    Failure { remedy: Remedy::Relist, message }
}
