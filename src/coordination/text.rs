//! Names of holders, idempotency keys and the like. Pure.

/// The longest name of a holder, an idempotency key, or the like, in bytes.
pub const MAX_TEXT_BYTES: usize = crate::kv::key::MAX_KEY_BYTES;

/// Whether it may be one.
pub fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT_BYTES).contains(&text.len())
}
