//! Answers a watch: the objects there are, where they are asked for, and then what happens to them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use crate::demo::store::{EventType, Follower, Store};
use crate::model::Kind;

use super::body::{AnswerBody, CHUNK};
use super::faults::{Stall, Stalled};
use super::frames::Framer;
use super::options::{Begin, WatchOptions};
use super::status::{Refusal, version_too_large, watch_expired};

/// How often a watch that takes bookmarks gets one.
const BOOKMARK_PERIOD: Duration = Duration::from_mins(1);

/// When a watch ends that does not say. A real server draws a time from 30 to 60 minutes.
const TIMEOUT_SECS: u64 = 1800;

/// How many events are taken from the log at once.
const EVENTS_MAX: usize = 1024;

/// The body of the answer to a watch.
pub(super) fn watch(
    store: &Arc<Store>,
    framer: Framer,
    kind: Kind,
    options: &WatchOptions,
    amiss: Amiss,
) -> AnswerBody {
    let (chunks, body) = AnswerBody::chunks();
    let timeout = Duration::from_secs(options.timeout_secs.filter(|secs| *secs > 0).unwrap_or(TIMEOUT_SECS));
    let now = Instant::now();
    let mut bookmarks = interval_at(now + BOOKMARK_PERIOD, BOOKMARK_PERIOD);
    bookmarks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stream = Stream {
        out: Out { framer, chunk: Vec::new(), chunks },
        bookmarks: options.bookmarks.then_some(bookmarks),
        end: now + timeout,
    };
    let (store, version, begin) = (Arc::clone(store), options.version, options.begin);
    tokio::spawn(async move {
        // Whoever no longer listens has no use for the rest.
        let _ = stream.run(&store, kind, version, begin, amiss).await;
    });
    body
}

/// What goes wrong with a watch.
#[derive(Debug)]
pub(super) struct Amiss {
    /// It begins with a frame that cannot be decoded.
    pub garbage: bool,
    pub stall: Stall,
}

/// The connection is gone.
struct Closed;

struct Stream {
    out: Out,
    bookmarks: Option<Interval>,
    end: Instant,
}

/// Where frames are gathered into chunks.
struct Out {
    framer: Framer,
    chunk: Vec<u8>,
    chunks: mpsc::Sender<Bytes>,
}

/// Why a watch has something to do.
enum Turn {
    Events,
    Bookmark,
    End,
}

impl Stream {
    async fn run(
        mut self,
        store: &Arc<Store>,
        kind: Kind,
        version: Option<u64>,
        begin: Begin,
        Amiss { garbage, mut stall }: Amiss,
    ) -> Result<(), Closed> {
        if garbage {
            self.out.framer.garbage(&mut self.out.chunk);
        }
        let mut follower = match begin {
            Begin::Events => Follower::new(store, kind, version.unwrap_or_else(|| store.version())),
            Begin::Objects => self.begin(store, kind, &mut stall).await?,
            Begin::WatchList => {
                let current = store.version();
                if let Some(version) = version.filter(|version| *version > current) {
                    return self.out.refuse(&version_too_large(version, current)).await;
                }
                self.begin(store, kind, &mut stall).await?
            }
        };
        if begin == Begin::WatchList && self.bookmarks.is_some() {
            self.out.framer.bookmark(&mut self.out.chunk, follower.version_taken(), true);
        }
        self.follow(&mut follower).await
    }

    /// Sends all objects as they are, and gives what follows them.
    async fn begin(&mut self, store: &Arc<Store>, kind: Kind, stall: &mut Stall) -> Result<Follower, Closed> {
        let snapshot = store.snapshot(kind);
        let follower = Follower::new(store, kind, snapshot.version);
        for (index, object) in snapshot.objects.iter().enumerate() {
            self.out.framer.event(&mut self.out.chunk, EventType::Added, object);
            self.out.flush_full().await?;
            if index == 0 && stall.is_of(Stalled::Lists) {
                self.out.flush().await?;
                stall.of_lists(&self.out.chunks).await;
            }
        }
        Ok(follower)
    }

    async fn follow(mut self, follower: &mut Follower) -> Result<(), Closed> {
        loop {
            let events = match follower.take(EVENTS_MAX) {
                Ok(events) => events,
                Err(gone) => {
                    return self.out.refuse(&watch_expired(follower.version_taken(), gone.oldest)).await;
                }
            };
            for logged in &events {
                self.out.framer.event(&mut self.out.chunk, logged.event, &logged.object);
                self.out.flush_full().await?;
            }
            self.out.flush().await?;
            if events.len() == EVENTS_MAX {
                continue;
            }
            match self.turn(follower).await? {
                Turn::Events => {}
                Turn::Bookmark => self.bookmark(follower).await?,
                Turn::End => {
                    if self.bookmarks.is_some() {
                        self.bookmark(follower).await?;
                    }
                    return Ok(());
                }
            }
        }
    }

    async fn turn(&mut self, follower: &mut Follower) -> Result<Turn, Closed> {
        let bookmark = async {
            match &mut self.bookmarks {
                Some(bookmarks) => bookmarks.tick().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.out.chunks.closed() => Err(Closed),
            () = follower.wait() => Ok(Turn::Events),
            _ = bookmark => Ok(Turn::Bookmark),
            () = sleep_until(self.end) => Ok(Turn::End),
        }
    }

    async fn bookmark(&mut self, follower: &Follower) -> Result<(), Closed> {
        self.out.framer.bookmark(&mut self.out.chunk, follower.version_seen(), false);
        self.out.flush().await
    }
}

impl Out {
    async fn flush_full(&mut self) -> Result<(), Closed> {
        if self.chunk.len() >= CHUNK { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Closed> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        // After a full chunk there is likely to be another one, after a small one there is not.
        let room = if self.chunk.len() >= CHUNK { CHUNK + CHUNK / 8 } else { 0 };
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(room));
        self.chunks.send(chunk.into()).await.map_err(|_| Closed)
    }

    async fn refuse(&mut self, refusal: &Refusal) -> Result<(), Closed> {
        self.framer.error(&mut self.chunk, &refusal.status);
        self.flush().await
    }
}
