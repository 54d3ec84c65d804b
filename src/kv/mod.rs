//! KV: its own rules, checked before anything is written, and waiting for its handle.
//! Source: Cloudflare's KV limits page and what local workerd answered.

pub mod client;
#[cfg(feature = "clients")]
mod exports;
pub mod failure;
pub mod flight;
pub mod handle;
pub mod key;
pub mod listing;
pub mod size;
pub mod ttl;

/// How many KV operations one Worker invocation may make. A bulk read counts as one.
pub const MAX_OPERATIONS: usize = 1_000;

/// How many keys one bulk read may name.
pub const MAX_BULK_KEYS: usize = 100;

/// How many operations run side by side: a Worker has six connections at a time.
pub const CONCURRENCY: usize = 6;
