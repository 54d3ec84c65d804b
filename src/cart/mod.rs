//! Carts: one Durable Object each, its lines as rows, every change applied once.

mod admission;
pub mod call;
pub mod change;
pub mod client;
pub mod error;
#[cfg(feature = "clients")]
mod exports;
pub mod header;
pub mod idempotency;
pub mod line;
pub mod memory;
pub mod merge;
#[cfg(feature = "objects")]
mod object;
pub mod operations;
mod parse;
pub mod policy;
pub mod remembered;
pub mod storage;

#[cfg(test)]
mod late_calls;
#[cfg(test)]
mod merge_tests;
#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may fail")]
mod tests;
