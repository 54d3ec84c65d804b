//! Sessions: cached in KV (under which key, for how long, and whose they are), kept in Durable Objects
//! (`store`), and revoked for both.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod gate;
pub mod model;
pub mod object;
pub mod record;
pub mod revocations;
pub mod store;
mod stored;
