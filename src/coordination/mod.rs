//! Locks and counters on Durable Objects: one object for each name.

pub mod counter;
pub mod error;
pub mod lock;
#[cfg(feature = "objects")]
mod object;
pub mod text;
