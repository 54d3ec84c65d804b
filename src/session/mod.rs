//! Sessions cached in KV: under which key, for how long, and whose they are.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod model;
mod stored;
