//! Answers a list, whole or a page of it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc::{self, error::SendError};

use crate::demo::objects::ListMeta;
use crate::demo::store::{Encoding, Snapshot, Store, Stored};
use crate::model::Kind;

use super::body::{AnswerBody, CHUNK};
use super::faults::{Stall, Stalled};
use super::frames::{list_head, list_tail, push_item};
use super::options::ListOptions;
use super::status::{Refusal, list_expired, token_expired, version_too_large};
use super::token::ReadOn;

/// One page: the objects of a snapshot from one index up to another.
struct Page {
    snapshot: Snapshot,
    from: usize,
    to: usize,
}

/// The body of the answer to a list.
pub(super) fn list(
    store: &Arc<Store>,
    kind: Kind,
    encoding: Encoding,
    options: &ListOptions,
    stall: Stall,
) -> Result<AnswerBody, Refusal> {
    let page = page(store, kind, options)?;
    let metadata = page.metadata();
    if metadata.remaining_item_count.is_some() {
        store.remember(kind, page.snapshot.clone());
    }
    let (chunks, body) = AnswerBody::chunks();
    tokio::spawn(async move {
        // Whoever no longer listens has no use for the rest.
        let _ = send(&page, &metadata, (kind, encoding), &chunks, stall).await;
    });
    Ok(body)
}

fn page(store: &Store, kind: Kind, options: &ListOptions) -> Result<Page, Refusal> {
    let (snapshot, from) = if options.token.is_empty() {
        (first(store, kind, options)?, 0)
    } else {
        read_on(store, kind, &options.token)?
    };
    let rest = snapshot.objects.len() - from;
    let taken = if options.limit == 0 { rest } else { rest.min(options.limit) };
    Ok(Page { snapshot, from, to: from + taken })
}

fn first(store: &Store, kind: Kind, options: &ListOptions) -> Result<Snapshot, Refusal> {
    let Some(version) = options.version else { return Ok(store.snapshot(kind)) };
    let current = store.version();
    if version > current {
        return Err(version_too_large(version, current));
    }
    if !options.exact || version == current {
        return Ok(store.snapshot(kind));
    }
    store.remembered(kind, version).ok_or_else(list_expired)
}

fn read_on(store: &Store, kind: Kind, token: &str) -> Result<(Snapshot, usize), Refusal> {
    let read_on = ReadOn::decode(token)?;
    let snapshot = match read_on.version {
        None => store.snapshot(kind),
        Some(version) => store
            .remembered(kind, version)
            .ok_or_else(|| token_expired(ReadOn { version: None, after: read_on.after.clone() }.encode()))?,
    };
    let from = snapshot.objects.partition_point(|object| object.key() <= read_on.after.as_str());
    Ok((snapshot, from))
}

impl Page {
    fn objects(&self) -> &[Arc<Stored>] {
        &self.snapshot.objects[self.from..self.to]
    }

    fn metadata(&self) -> ListMeta {
        let version = self.snapshot.version;
        let mut metadata = ListMeta { resource_version: version.to_string(), ..ListMeta::default() };
        let rest = self.snapshot.objects.len() - self.to;
        if let Some(last) = self.objects().last().filter(|_| rest > 0) {
            let read_on = ReadOn { version: Some(version), after: last.key().to_owned() };
            metadata.r#continue = read_on.encode();
            metadata.remaining_item_count = i64::try_from(rest).ok();
        }
        metadata
    }
}

/// Sends the page in chunks. Ends early when the connection does.
async fn send(
    page: &Page,
    metadata: &ListMeta,
    (kind, encoding): (Kind, Encoding),
    chunks: &mpsc::Sender<Bytes>,
    mut stall: Stall,
) -> Result<(), SendError<Bytes>> {
    let mut chunk = list_head(kind, encoding, metadata, page.objects());
    for (index, object) in page.objects().iter().enumerate() {
        push_item(&mut chunk, encoding, object, index == 0);
        let stalled = index == 0 && stall.is_of(Stalled::Lists);
        if chunk.len() >= CHUNK || stalled {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK + CHUNK / 8));
            chunks.send(full.into()).await?;
        }
        if stalled {
            stall.of_lists(chunks).await;
        }
    }
    chunk.extend_from_slice(list_tail(encoding));
    chunks.send(chunk.into()).await
}
