//! What is done after a failure.

use std::time::Duration;

use super::Trouble;
use super::answer::{Failure, Remedy};
use super::follow::{FirstList, Follower};
use super::request::Accept;
use crate::model::Loss;
use crate::snapshot::Change;

/// After how many refusals in a row of a version to go on from it is given up for a list anew: a server
/// restored from a backup may never reach that version again.
const RESUMES_MAX: u32 = 3;

impl Follower {
    /// Does what helps after a failure: says so, waits where there is something to wait for.
    pub(super) async fn mend(&mut self, failure: Failure) {
        let not_served = matches!(failure.remedy, Remedy::Wait { loss: Loss::NotServed, .. });
        if not_served && self.kind.may_be_absent() {
            return self.go_without().await;
        }
        let remedy = self.remedy(failure.remedy);
        self.trouble = Some(Trouble { reason: remedy.reason(), message: failure.message });
        let first = self.failures == 0;
        match remedy {
            // Each of these helps once, so that they are no failures that repeat.
            Remedy::AskJson => {
                self.accept = Accept::Json;
                self.deliver(Vec::new()).await;
            }
            Remedy::Page => {
                self.first_list = FirstList::Paged;
                self.deliver(Vec::new()).await;
            }
            Remedy::Relist => {
                self.failures = self.failures.saturating_add(1);
                self.position = None;
                if self.failures > RESUMES_MAX {
                    // A list that never ends is no sight.
                    self.lose(Loss::ServerError).await;
                } else {
                    self.begin_list().await;
                }
                if !first {
                    self.pause(Duration::ZERO).await;
                }
            }
            // A connection may break for no reason that lasts: one more try before the kind is lost.
            Remedy::Wait { loss: Loss::Unreachable, .. } if first && self.position.is_some() => {
                self.failures = 1;
                self.deliver(Vec::new()).await;
            }
            Remedy::Wait { loss, at_least } => {
                self.give_up_version(loss);
                self.wait(loss, at_least).await;
            }
            Remedy::Yield { at_least } => self.wait(Loss::ServerError, at_least).await,
        }
    }

    /// Says that there is nothing of the kind, which is no trouble, and waits before it is asked for again.
    async fn go_without(&mut self) {
        self.position = None;
        self.lost = None;
        self.failures = 0;
        self.refusals = 0;
        self.backoff.reset();
        self.deliver(vec![Change::Listing(self.kind), Change::Synced(self.kind)]).await;
        tokio::time::sleep(self.options.absence).await;
    }

    /// Says that the kind is lost, and waits before it is tried again.
    async fn wait(&mut self, loss: Loss, at_least: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.lose(loss).await;
        self.pause(at_least).await;
    }

    /// Says that the kind is lost, unless that was said last.
    async fn lose(&mut self, loss: Loss) {
        let changes = if self.lost == Some(loss) { Vec::new() } else { vec![Change::Lost(self.kind, loss)] };
        self.lost = Some(loss);
        self.deliver(changes).await;
    }

    /// The remedy, as far as it has not been tried in vain already.
    fn remedy(&self, remedy: Remedy) -> Remedy {
        let server_error = Remedy::Wait { loss: Loss::ServerError, at_least: Duration::ZERO };
        match remedy {
            Remedy::AskJson if self.accept == Accept::Json => server_error,
            // What is refused is a version or a token then, not the streaming of the first list.
            Remedy::Page if self.position.is_some() => Remedy::Relist,
            Remedy::Page if self.first_list == FirstList::Paged => server_error,
            _ => remedy,
        }
    }

    /// Lists anew next time where going on makes no sense.
    fn give_up_version(&mut self, loss: Loss) {
        if loss == Loss::ServerError {
            self.refusals = self.refusals.saturating_add(1);
        }
        if self.refusals >= RESUMES_MAX || loss == Loss::Undecodable {
            self.position = None;
            self.refusals = 0;
        }
    }

    pub(super) async fn pause(&mut self, at_least: Duration) {
        let wait = self.backoff.next(fastrand::f64()).max(at_least);
        tokio::time::sleep(wait).await;
    }
}
