//! Rate limits: exact on Durable Objects; on KV exact inside one isolate, approximate between isolates.

pub mod address;
pub mod client;
pub mod counter;
mod exports;
pub mod headers;
pub mod meter;
pub mod model;
pub mod pairs;
mod sync;
pub mod table;
