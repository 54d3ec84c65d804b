//! The auth storage inside its Durable Object.

mod exports;
mod sqlite;
mod statements;
