//! What the API server sends is read alike in every encoding, and what it never sends does no harm.

mod frames;
mod hostile;
mod items;
mod kinds;
mod proto;
mod weight;
