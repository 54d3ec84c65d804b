//! What comes in by a call, of whatever kind it is: keys, values, TTLs. The Worker checks what is cheaper to refuse
//! there, the object all.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::error::AuthStorageError;
use crate::host::values::byte_length;
use crate::kv::ttl::TtlError;

/// The longest key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: f64 = 2_048.0;

/// The largest value, in bytes of UTF-8. A row of an object's SQLite takes 2 MB.
pub const MAX_VALUE_BYTES: f64 = 1_048_576.0;

/// The longest idempotency key, in UTF-16 units.
pub const MAX_IDEMPOTENCY_KEY: u32 = 128;

#[wasm_bindgen]
extern "C" {
    type Text;
    #[wasm_bindgen(method, structural, js_name = isWellFormed)]
    fn is_well_formed(this: &Text) -> bool;
}

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

/// A value that may be stored.
///
/// # Errors
/// [`AuthStorageError`] for anything but text within bounds.
pub fn value_of(value: &JsValue) -> Result<JsString, AuthStorageError> {
    let text: &JsString = value.dyn_ref().ok_or(AuthStorageError::NotText)?;
    // A UTF-16 unit is at most three bytes of UTF-8.
    if f64::from(text.length()) * 3.0 > MAX_VALUE_BYTES {
        let bytes = byte_length(text);
        if bytes > MAX_VALUE_BYTES {
            return Err(AuthStorageError::TooLarge(bytes as u64));
        }
    }
    // A lone surrogate would be another text when it is read.
    if !text.unchecked_ref::<Text>().is_well_formed() {
        return Err(AuthStorageError::NotUnicode);
    }
    Ok(text.clone())
}

/// A TTL in seconds, if there is one.
///
/// # Errors
/// [`TtlError`] for what is there and no number.
pub fn ttl_of(ttl: &JsValue) -> Result<Option<f64>, TtlError> {
    if ttl.is_undefined() || ttl.is_null() {
        return Ok(None);
    }
    ttl.as_f64().map(Some).ok_or(TtlError::NotPositive)
}

/// A number; NaN for anything else, which all checks refuse.
pub fn number_of(number: &JsValue) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}
