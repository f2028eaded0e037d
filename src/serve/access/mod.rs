//! Who may read what: the API server is asked, and what it says is remembered for a while.

mod memory;
mod review;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::model::chain;
use crate::sinks::metrics::Metrics;
use memory::Memory;
use review::ReviewError;
pub(super) use review::User;

/// The longest path that somebody's rights are asked for, in bytes. None is served that is as long.
const PATH_MAX: usize = 256;
/// The longest token that is asked for, in bytes.
const TOKEN_MAX: usize = 8 << 10;
/// How many reviews are under way at once, and how many may wait for that. A further one has failed.
const REVIEWS_MAX: usize = 8;
const REVIEWS_WAITING_MAX: usize = 256;
/// How long a review may take, the wait for its turn included.
const REVIEW_TIME_MAX: Duration = Duration::from_secs(5);
/// How long a no is remembered at most: whoever is given a right waits so long for it.
const NO_MAX: Duration = Duration::from_secs(10);
/// How long it is remembered that the API server could not be asked.
const FAILED_FOR: Duration = Duration::from_secs(1);

/// What the API server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer<T> {
    Yes(T),
    No,
    /// It did not say.
    Failed,
}

/// What somebody is told who may not read what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// No token, or none that is good.
    Stranger,
    Forbidden,
    /// The API server could not be asked.
    Unknown,
}

/// How tokens are reviewed.
#[derive(Debug, Clone)]
pub struct ReviewOptions {
    /// A token must be for one of them; where there are none, for those of the API server.
    pub audiences: Vec<String>,
    /// How long a yes is remembered.
    pub remember: Duration,
}

/// Asks the API server who somebody is and what they may read.
#[derive(Debug)]
pub struct Reviewer {
    users: Memory<Arc<User>>,
    rights: Memory<()>,
    asking: Arc<Asking>,
}

/// What a review needs, whoever waits for it.
#[derive(Debug)]
struct Asking {
    client: Client,
    audiences: Vec<String>,
    waiting: Semaphore,
    under_way: Semaphore,
    /// Whether the last review failed, so that an outage is logged once.
    failing: AtomicBool,
    metrics: Arc<Metrics>,
}

/// The client of the API server, which says nothing of itself.
struct Client(kube::Client);

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Reviewer {
    pub fn new(client: kube::Client, options: ReviewOptions, metrics: Arc<Metrics>) -> Self {
        let asking = Asking {
            client: Client(client),
            audiences: options.audiences,
            waiting: Semaphore::new(REVIEWS_WAITING_MAX),
            under_way: Semaphore::new(REVIEWS_MAX),
            failing: AtomicBool::new(false),
            metrics,
        };
        let remember = options.remember;
        Self { users: Memory::new(remember), rights: Memory::new(remember), asking: Arc::new(asking) }
    }

    /// The user whose token the headers bear, if they may `get` the path.
    pub(super) async fn admit(&self, headers: &HeaderMap, path: &str) -> Result<Arc<User>, Denial> {
        let token = bearer_token(headers).ok_or(Denial::Stranger)?;
        let user = match self.user(token).await {
            Answer::Yes(user) => user,
            Answer::No => return Err(Denial::Stranger),
            Answer::Failed => return Err(Denial::Unknown),
        };
        // What could never be served is not asked for, and looks like what must not be read.
        if path.len() > PATH_MAX || !path.starts_with('/') {
            return Err(Denial::Forbidden);
        }
        match self.right(token, &user, path).await {
            Answer::Yes(()) => Ok(user),
            Answer::No => Err(Denial::Forbidden),
            Answer::Failed => Err(Denial::Unknown),
        }
    }

    async fn user(&self, token: &str) -> Answer<Arc<User>> {
        let ask = || {
            let (asking, token) = (Arc::clone(&self.asking), token.to_owned());
            async move {
                let Client(client) = &asking.client;
                let asked = review::token(client, &token, &asking.audiences);
                asking.ask("token", async { Ok(asked.await?.map(Arc::new)) }).await
            }
        };
        self.users.get(Sha256::digest(token).into(), ask).await
    }

    async fn right(&self, token: &str, user: &Arc<User>, path: &str) -> Answer<()> {
        let ask = || {
            let (asking, user, path) = (Arc::clone(&self.asking), Arc::clone(user), path.to_owned());
            async move {
                let Client(client) = &asking.client;
                let asked = review::right(client, &user, &path);
                asking.ask("right", async { Ok(asked.await?.then_some(())) }).await
            }
        };
        // The token has a fixed length here, so that no two pairs of token and path are the same text.
        let key = Sha256::new().chain_update(Sha256::digest(token)).chain_update(path).finalize();
        self.rights.get(key.into(), ask).await
    }
}

impl Asking {
    /// What comes of a review, which waits for its turn.
    async fn ask<T>(
        &self,
        review: &'static str,
        asked: impl Future<Output = Result<Option<T>, ReviewError>>,
    ) -> Answer<T> {
        let in_turn = async {
            let _waiting = self.waiting.try_acquire().map_err(|_| ReviewError::TooMany)?;
            let _place = self.under_way.acquire().await.map_err(|_| ReviewError::TooMany)?;
            asked.await
        };
        let answered = timeout(REVIEW_TIME_MAX, in_turn).await.unwrap_or(Err(ReviewError::Late));
        self.note(answered.as_ref().err());
        let (answer, result) = match answered {
            Ok(Some(it)) => (Answer::Yes(it), "yes"),
            Ok(None) => (Answer::No, "no"),
            Err(_) => (Answer::Failed, "failed"),
        };
        self.metrics.access_review(review, result);
        answer
    }

    /// Logs when reviews begin to fail and when they are well again.
    fn note(&self, error: Option<&ReviewError>) {
        let failed_before = self.failing.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !failed_before => {
                tracing::warn!(error = chain(error), "who asks cannot be reviewed, and is answered with 503");
            }
            None if failed_before => tracing::info!("who asks is reviewed again"),
            _ => {}
        }
    }
}

/// The one bearer token in the headers. Whatever could not be one is none.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let token = token.trim_matches(' ');
    let plausible = !token.is_empty() && token.len() <= TOKEN_MAX && token.bytes().all(known);
    (scheme.eq_ignore_ascii_case("bearer") && plausible).then_some(token)
}

#[cfg(test)]
pub(super) mod tests;
