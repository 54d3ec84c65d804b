//! Sizes of values.

use js_sys::JsString;

use crate::error::Error;
use crate::host::byte_length;

/// The largest value KV takes: 25 MiB.
pub const MAX_VALUE_BYTES: f64 = 26_214_400.0;

/// The largest metadata, in bytes of its JSON.
pub const MAX_METADATA_BYTES: f64 = 1_024.0;

/// Checks the size of metadata.
///
/// # Errors
/// [`Error::MetadataTooLarge`] beyond 1024 bytes.
pub fn check_metadata(bytes: f64) -> Result<(), Error> {
    if bytes > MAX_METADATA_BYTES {
        return Err(Error::MetadataTooLarge(bytes as u64));
    }
    Ok(())
}

/// Checks a value's size, counting its bytes only where the length leaves a doubt.
///
/// # Errors
/// [`Error::ValueTooLarge`] beyond 25 MiB.
pub fn check(text: &JsString) -> Result<(), Error> {
    let units = f64::from(text.length());
    if units * 3.0 <= MAX_VALUE_BYTES {
        return Ok(());
    }
    let bytes = byte_length(text);
    if bytes > MAX_VALUE_BYTES {
        return Err(Error::ValueTooLarge(bytes as u64));
    }
    Ok(())
}
