//! The auth storage inside its Durable Object.

mod calls;
mod exports;
mod old_tables;
mod state;
