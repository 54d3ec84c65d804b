//! A token and its hash.

use std::cell::OnceCell;

use js_sys::JsString;
use sha2::{Digest, Sha256};

/// A session token, for the length of a call.
pub struct Token {
    text: JsString,
    // SHA-256 takes longer than all else that a read does, so a call makes it once, and a read that needs none makes none.
    hash: OnceCell<String>,
}

impl Token {
    /// A token as JavaScript has it.
    pub const fn new(text: JsString) -> Self {
        let hash = OnceCell::new();
        Self { text, hash }
    }

    /// The token itself.
    pub const fn text(&self) -> &JsString {
        &self.text
    }

    /// Its SHA-256 in lower-case hexadecimal, 64 characters.
    pub fn hash(&self) -> &str {
        self.hash
            .get_or_init(|| sha256_hex(&String::from(&self.text)))
    }
}

/// SHA-256 in lower-case hexadecimal, 64 characters.
pub fn sha256_hex(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    // Not `format!`, which takes longer than the hash itself.
    nibbles
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_matches_the_published_vector() {
        // FIPS 180-4, the one-block example.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex("abc"), expected);
    }
}
