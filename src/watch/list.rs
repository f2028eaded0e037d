//! The first list by pages, for servers that do not stream it.

use std::time::Duration;

use tokio::time::timeout;

use super::LISTED;
use super::answer::{Failure, Remedy, encoding};
use super::body::whole;
use super::follow::{Follower, Gathered, position};
use super::request::Ask;
use crate::snapshot::Change;
use crate::wire::{Page, decode_page};

/// How long a page may take.
const PAGE_TIME_MAX: Duration = Duration::from_mins(1);

impl Follower {
    /// Lists everything page by page, each handed over before the next is asked for.
    pub(super) async fn list(&mut self) -> Result<(), Failure> {
        let mut continue_token = String::new();
        let mut begun = false;
        loop {
            let page = self.page(&continue_token).await?;
            if !begun {
                self.begin_list().await;
                begun = true;
            }
            let mut gathered = Gathered::new(self.options.clock);
            gathered.events[LISTED] = page.items.len() as u64;
            gathered.changes.extend(page.items.into_iter().map(|item| self.intake.seen(item)));
            if page.continue_token.is_empty() {
                self.position = Some(position(page.resource_version)?);
                gathered.changes.push(Change::Synced(self.kind));
                self.send(gathered).await;
                return Ok(());
            }
            self.send(gathered).await;
            continue_token = page.continue_token;
        }
    }

    async fn page(&mut self, continue_token: &str) -> Result<Page, Failure> {
        let answer = self.ask(Ask::Page { limit: self.page_size, continue_token }).await?;
        let encoding = encoding(answer.headers());
        let late = |_| Failure::unreachable(format!("no page within {} s", PAGE_TIME_MAX.as_secs()));
        let bytes_max = self.options.frame_max;
        let body = timeout(PAGE_TIME_MAX, whole(answer.into_body(), bytes_max)).await.map_err(late)??;
        let body = body.ok_or_else(|| self.too_large(bytes_max))?;
        Ok(decode_page(self.kind, encoding, body)?)
    }

    /// Asks for half as many objects from here on, unless there is but one already.
    fn too_large(&mut self, bytes_max: usize) -> Failure {
        let message = format!("a page of {} objects has more than {bytes_max} bytes", self.page_size);
        if self.page_size == 1 {
            return Failure::undecodable(message);
        }
        self.page_size = (self.page_size / 2).max(1);
        Failure { remedy: Remedy::Relist, message }
    }
}
