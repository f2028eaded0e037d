//! The watch against servers of a script, in time that passes only when all wait.

mod limits;
mod patience;
mod rig;
mod stalled;
