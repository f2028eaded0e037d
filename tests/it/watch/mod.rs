//! The watch on the embedded cluster: whatever the server does, what is told is true and told once.

mod absent;
mod events;
mod faults;
mod first_list;
mod gone;
mod pages;
mod rig;
mod stalled;
