//! Limits on KV: exact inside one isolate, approximate between isolates.

pub mod client;
pub mod counter;
#[cfg(feature = "clients")]
mod exports;
mod sync;
pub mod table;
