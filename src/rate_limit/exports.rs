//! The JavaScript face of what needs no client.

use wasm_bindgen::prelude::*;

use crate::session::token::sha256_hex;

/// SHA-256 in hexadecimal, of what is too long for a key.
#[wasm_bindgen(js_name = textHash)]
pub fn text_hash(text: &str) -> String {
    sha256_hex(text)
}
