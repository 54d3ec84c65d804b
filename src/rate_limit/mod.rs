//! Rate limits: exact on Durable Objects; on KV exact inside one isolate, approximate between isolates.

pub mod address;
pub mod blocks;
pub mod client;
pub mod counter;
pub mod exact;
#[cfg(feature = "clients")]
mod exact_exports;
#[cfg(feature = "clients")]
mod exports;
pub mod headers;
pub mod meter;
pub mod model;
#[cfg(feature = "objects")]
mod object;
pub mod pairs;
pub mod reply;
mod sync;
pub mod table;
