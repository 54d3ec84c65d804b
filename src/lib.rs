//! Sessions, carts, rate limits and caching on Cloudflare KV and Durable Objects, for WebAssembly.
//!
//! The map of the crate:
//!
//! | room | what it decides |
//! | --- | --- |
//! | [`session`] | which cached sessions count, under which keys they stand, whom they belong to |
//! | [`rate_limit`] | who is admitted, when a counter is written, how isolates agree |
//! | [`cart`] | what a cart is, how a change is applied once, how two carts become one |
//! | [`cache`] | what a hit is, how a value is stored, who loads |
//! | [`auth_storage`] | better-auth's secondary storage and limiter: what is held, counted and remembered |
//! | [`coordination`] | who holds a lock, what a counter says, which calls were made before |
//! | [`object`] | calls on Durable Objects: time limits, retries, what a failure means |
//! | [`kv`] | KV's own rules: keys, TTLs, sizes, operations per invocation |
//! | [`host`] | what JavaScript hands us: handles, promises, the clock. No decisions |
//!
//! Two modules are built from it: one with the feature `clients`, for Workers, and one with `objects`,
//! for the classes of Durable Objects.
//!
//! A `model` module is pure: no JavaScript, no clock, no I/O, `now` is an argument. A `client`
//! module reaches a handle through `host`; its exported functions are the JavaScript face and do
//! the whole job of one public call. An `object` module runs inside a Durable Object, on its SQLite.

pub mod auth_storage;
pub mod cache;
pub mod cart;
pub mod coordination;
pub mod error;
#[cfg(feature = "faults")]
pub mod faults;
pub mod host;
pub mod kv;
pub mod object;
pub mod protocol;
pub mod rate_limit;
pub mod session;
pub mod stub;

use wasm_bindgen::prelude::*;

/// Sends every panic to the host, which ends this instance and rejects the call that panicked.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| host::panicked(&info.to_string())));
}
