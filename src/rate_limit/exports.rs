//! The JavaScript face of what needs no client.

use wasm_bindgen::prelude::*;

use super::{address, headers};
use crate::host::clock::now;
use crate::session::token::sha256_hex;

/// The key of a client's address: see [`address::client_key`].
#[wasm_bindgen(js_name = clientKey)]
pub fn client_key(address: &str) -> String {
    address::client_key(address)
}

/// SHA-256 in hexadecimal, of what is too long for a key.
#[wasm_bindgen(js_name = textHash)]
pub fn text_hash(text: &str) -> String {
    sha256_hex(text)
}

/// The `RateLimit-Policy` field.
#[wasm_bindgen(js_name = policyField)]
pub fn policy_field(key_prefix: &str, limit: f64, window: f64) -> String {
    headers::policy(headers::policy_name(key_prefix), limit, window)
}

/// The `RateLimit` field.
#[wasm_bindgen(js_name = limitField)]
pub fn limit_field(key_prefix: &str, remaining: f64, reset_at: f64) -> String {
    headers::state(headers::policy_name(key_prefix), remaining, reset_at, now())
}
