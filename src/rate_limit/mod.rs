//! Rate limits: exact inside one isolate, approximate between isolates on KV.

pub mod address;
pub mod client;
pub mod counter;
pub mod headers;
pub mod model;
pub mod table;
