//! A cart inside its Durable Object.

mod exports;
mod sqlite;
mod statements;
