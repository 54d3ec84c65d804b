//! The sizes of what comes in by a call. JavaScript has checked the types.

use js_sys::JsString;

use super::error::AuthStorageError;
use crate::host::values::byte_length;

/// The longest key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: f64 = 2_048.0;

/// The largest value, in bytes of UTF-8. A row of an object's SQLite takes 2 MB.
pub const MAX_VALUE_BYTES: f64 = 1_048_576.0;

/// The longest idempotency key, in UTF-16 units.
pub const MAX_IDEMPOTENCY_KEY: u32 = 128;

/// Checks the size of a key in bytes of UTF-8.
///
/// # Errors
/// [`AuthStorageError::Key`] for none, or too many.
pub fn check_key(bytes: f64) -> Result<(), AuthStorageError> {
    if (1.0..=MAX_KEY_BYTES).contains(&bytes) {
        Ok(())
    } else {
        Err(AuthStorageError::Key(bytes as u64))
    }
}

/// Checks the size of a value.
///
/// # Errors
/// [`AuthStorageError::TooLarge`].
pub fn check_value(value: &JsString) -> Result<(), AuthStorageError> {
    // A UTF-16 unit is at most three bytes of UTF-8.
    if f64::from(value.length()) * 3.0 > MAX_VALUE_BYTES {
        let bytes = byte_length(value);
        if bytes > MAX_VALUE_BYTES {
            return Err(AuthStorageError::TooLarge(bytes as u64));
        }
    }
    Ok(())
}
