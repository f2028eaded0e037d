//! What the API server said, remembered for a bounded time and asked for once however many want to know.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Answer, FAILED_FOR, NO_MAX};

/// How many answers are remembered.
pub(super) const ANSWERS_MAX: usize = 1024;

/// A digest of what was asked: what is secret in it is not kept.
type Key = [u8; 32];

/// An answer, and until when it holds; none while it is being asked for.
type Known<T> = Option<(Answer<T>, Instant)>;

#[derive(Debug)]
pub(super) struct Memory<T> {
    answers: Mutex<HashMap<Key, watch::Receiver<Known<T>>>>,
    /// How long a yes holds.
    remember: Duration,
}

impl<T: Clone + Send + Sync + 'static> Memory<T> {
    pub(super) fn new(remember: Duration) -> Self {
        Self { answers: Mutex::default(), remember }
    }

    /// What is remembered under the key; else what `ask` comes to, which goes on if whoever wants to know goes.
    pub(super) async fn get<F>(&self, key: Key, ask: impl FnOnce() -> F) -> Answer<T>
    where
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let mut answer = self.answer(key, ask);
        let known = answer.wait_for(Option::is_some).await;
        // Without a word from whoever asks, it was not answered.
        known.ok().and_then(|known| known.clone()).map_or(Answer::Failed, |(answer, _)| answer)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.answers.lock().len()
    }

    fn answer<F>(&self, key: Key, ask: impl FnOnce() -> F) -> watch::Receiver<Known<T>>
    where
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let mut answers = self.answers.lock();
        let now = Instant::now();
        if let Some(known) = answers.get(&key).filter(|known| end(known, now) > now) {
            return known.clone();
        }
        if answers.len() >= ANSWERS_MAX {
            forget(&mut answers, now);
        }
        let (sender, receiver) = watch::channel(None);
        answers.insert(key, receiver.clone());
        let (asked, remember) = (ask(), self.remember);
        tokio::spawn(async move {
            let answer = asked.await;
            let holds = match answer {
                Answer::Yes(_) => remember,
                Answer::No => remember.min(NO_MAX),
                Answer::Failed => FAILED_FOR,
            };
            // From when it was asked, because the answer may be as old.
            sender.send_replace(Some((answer, now + holds)));
        });
        receiver
    }
}

/// Until when an answer holds. One that is being asked for is needed for longer than any.
fn end<T>(known: &watch::Receiver<Known<T>>, now: Instant) -> Instant {
    match &*known.borrow() {
        Some((_, end)) => *end,
        None if known.has_changed().is_ok() => now + Duration::from_hours(1),
        // Whoever asked has gone without a word.
        None => now,
    }
}

/// Makes room by what holds no longer; else by what would hold the shortest, such as what strangers were told.
fn forget<T>(answers: &mut HashMap<Key, watch::Receiver<Known<T>>>, now: Instant) {
    answers.retain(|_, known| end(known, now) > now);
    if answers.len() >= ANSWERS_MAX
        && let Some(key) = answers.iter().min_by_key(|(_, known)| end(known, now)).map(|(key, _)| *key)
    {
        answers.remove(&key);
    }
}
