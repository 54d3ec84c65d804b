//! Limits on KV: exact inside one isolate, approximate between isolates.

mod backoff;
pub mod client;
pub mod counter;
#[cfg(feature = "clients")]
mod exports;
mod isolate;
pub mod limiter;
mod schedule;
mod stored;
pub mod sync;
pub mod table;
mod window;
