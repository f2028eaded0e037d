//! The controls of the Pod Security Standards.

pub(super) mod privileged;
