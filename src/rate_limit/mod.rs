//! Rate limits: exact on Durable Objects (`exact`, `object`, `algorithm`); on KV (`kv`) exact inside one isolate,
//! approximate between isolates.

pub mod algorithm;
pub mod exact;
#[cfg(feature = "clients")]
mod exports;
pub mod kv;
pub mod limit;
#[cfg(feature = "objects")]
mod object;
pub mod reply;
pub mod request;
pub mod result;
