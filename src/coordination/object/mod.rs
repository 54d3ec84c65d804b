//! A lock or a counter inside its Durable Object.

mod exports;
mod old_tables;
mod state;
