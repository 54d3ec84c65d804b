//! Carts: one Durable Object each, its lines as rows, every change applied once.

pub mod client;
mod exports;
pub mod memory;
pub mod model;
mod object;
pub mod operations;
mod parse;
mod sql;
