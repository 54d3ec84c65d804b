//! What all Durable Objects share, inside.

pub mod migrations;
pub mod storage;
