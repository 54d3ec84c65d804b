//! Locks and counters on Durable Objects: one object for each name.

pub mod client;
pub mod counter;
pub mod error;
#[cfg(feature = "clients")]
mod exports;
pub mod lock;
#[cfg(feature = "objects")]
mod object;
pub mod text;
