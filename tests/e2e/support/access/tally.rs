//! Counting answers of the API server's and ours.

use std::fmt;

use super::Question;

/// The answers to many questions.
#[derive(Default)]
pub(crate) struct Tally {
    questions: usize,
    allowed: usize,
    disagreements: Vec<String>,
}

/// How many disagreements are shown.
const SHOWN: usize = 5;

impl Tally {
    pub(crate) fn with(mut self, question: &Question, server: bool, ours: bool) -> Self {
        self.questions += 1;
        self.allowed += usize::from(server);
        if server != ours {
            let only = if server { "only the server" } else { "only we" };
            self.disagreements.push(format!("{only} allow {question}\n"));
        }
        self
    }

    /// Panics unless all answers agree, and at least a fifth of them is yes, and a fifth no.
    pub(crate) fn check_agreement(&self) {
        let shown = &self.disagreements[..self.disagreements.len().min(SHOWN)];
        assert!(self.disagreements.is_empty(), "{self}, such as\n{}", shown.concat());
        let fifth = self.questions / 5;
        assert!((fifth..=self.questions - fifth).contains(&self.allowed), "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (questions, allowed, disagreements) = (self.questions, self.allowed, self.disagreements.len());
        write!(f, "{questions} questions, {allowed} allowed, {disagreements} disagreements")
    }
}
