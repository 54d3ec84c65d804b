//! Sessions, carts, rate limits and caching on Cloudflare KV and Durable Objects, for WebAssembly.
//!
//! The map of the crate. Every subject has a room:
//!
//! | room | what it decides |
//! | --- | --- |
//! | [`session`] | which cached sessions count, under which keys they stand, whom they belong to, what is revoked |
//! | [`rate_limit`] | who is admitted, when a counter is written, how isolates agree |
//! | [`cart`] | what a cart is, how a change is applied once, how two carts become one |
//! | [`cache`] | what a hit is, how a value is stored, who loads |
//! | [`auth_storage`] | better-auth's secondary storage and limiter: what is held, counted and remembered |
//! | [`coordination`] | who holds a lock, what a counter says, which calls were made before |
//! | [`kv`] | KV's own rules: keys, TTLs, sizes, operations per invocation |
//!
//! What the rooms share:
//!
//! | room | what it is |
//! | --- | --- |
//! | [`stub`] | calls on Durable Objects, from outside: time limits, retries, what a failure means |
//! | [`object`] | what all Durable Objects share, inside: their body, and what was there before |
//! | [`protocol`] | what callers and objects must agree on: when a call was made, how objects are named |
//! | [`host`] | what JavaScript hands us: handles, promises, the clock; and the executor. No decisions |
//! | [`hash`] | FNV-1a, of keys and of what calls do |
//! | [`error`] | one error type with stable codes; it imports no room |
//!
//! The same part has the same name in every room. `model`, or a file named after what it decides, is pure: no JavaScript,
//! no clock, no I/O; `now` is an argument. `client` reaches a handle, and `exports` is its JavaScript face: one function
//! does the whole job of one public call. `object` runs inside a Durable Object: `object/state` is what it keeps,
//! `object/exports` what its class calls.
//!
//! Two modules are built from this crate: one with the feature `clients`, for Workers, and one with `objects`, for the
//! classes of Durable Objects.

pub mod auth_storage;
pub mod cache;
pub mod cart;
pub mod coordination;
pub mod error;
#[cfg(feature = "faults")]
pub mod faults;
pub mod hash;
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
    std::panic::set_hook(Box::new(|info| host::driver::panicked(&info.to_string())));
}
