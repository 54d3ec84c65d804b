//! Sessions cached in KV: under which key, for how long, and whose they are.

pub mod client;
mod date;
mod entry;
#[cfg(feature = "clients")]
mod exports;
pub mod key;
mod load;
mod user_index;

pub use entry::SessionError;
