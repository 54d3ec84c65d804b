//! Locks.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod model;
