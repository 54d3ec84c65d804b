//! What all Durable Objects share, inside.

#[cfg(feature = "objects")]
mod exports;
pub mod migrations;
pub mod storage;
