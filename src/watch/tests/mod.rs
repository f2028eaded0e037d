//! The watch against servers of a script, in time that passes only when all wait.

mod absent;
mod limits;
mod patience;
mod rig;
mod stalled;
