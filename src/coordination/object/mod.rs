//! A lock or a counter inside its Durable Object.

mod exports;
mod sqlite;
