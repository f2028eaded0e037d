//! What is to be said of the baseline itself.

pub(super) mod problem;
