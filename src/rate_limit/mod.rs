//! Rate limits: exact inside one isolate, approximate between isolates on KV.

pub mod address;
pub mod client;
pub mod counter;
#[cfg(feature = "clients")]
mod exports;
pub mod headers;
pub mod model;
mod sync;
pub mod table;
