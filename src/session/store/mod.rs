//! Sessions kept in Durable Objects.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
mod reply;
