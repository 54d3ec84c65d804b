//! A cart inside its Durable Object.

mod exports;
mod lines;
mod old_tables;
mod state;
