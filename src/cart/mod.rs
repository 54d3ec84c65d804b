//! Carts: one Durable Object each, its lines as rows, every change applied once.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod idempotency;
pub mod memory;
pub mod merge;
pub mod model;
#[cfg(feature = "objects")]
mod object;
pub mod operations;
mod parse;
pub mod storage;

#[cfg(test)]
mod late_calls;
#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may fail")]
mod tests;
