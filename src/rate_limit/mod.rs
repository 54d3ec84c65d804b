//! Rate limits: exact on Durable Objects; on KV exact inside one isolate, approximate between isolates.

pub mod address;
pub mod blocks;
pub mod client;
pub mod counter;
pub mod exact;
mod exact_exports;
mod exports;
pub mod headers;
pub mod meter;
pub mod model;
pub mod object;
pub mod pairs;
pub mod reply;
mod sync;
pub mod table;
