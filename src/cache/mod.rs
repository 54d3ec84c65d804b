//! Values cached in KV: what a hit is, how a value is stored, who loads.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
mod keys;
pub mod load;
