//! Sizes of values.

use js_sys::JsString;
use thiserror::Error;

use crate::error::RoomError;
use crate::host::values::byte_length;

/// The largest value KV takes: 25 MiB.
pub const MAX_VALUE_BYTES: f64 = 26_214_400.0;

/// The largest metadata, in bytes of its JSON.
pub const MAX_METADATA_BYTES: f64 = 1_024.0;

/// What is beyond KV's limits: what it is, in words, and its size in bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SizeError {
    /// A value.
    #[error("{0} has {1} bytes of UTF-8; KV takes at most 25 MiB (26214400)")]
    Value(&'static str, u32),
    /// Metadata.
    #[error("The metadata has {0} bytes of JSON; KV takes at most 1024")]
    Metadata(u32),
}

impl RoomError for SizeError {
    fn code(&self) -> &'static str {
        "value_too_large"
    }
}

/// Checks the size of metadata.
///
/// # Errors
/// [`SizeError::Metadata`] beyond 1024 bytes.
pub fn check_metadata(bytes: f64) -> Result<(), SizeError> {
    if bytes > MAX_METADATA_BYTES {
        return Err(SizeError::Metadata(bytes as u32));
    }
    Ok(())
}

/// Checks a value's size, counting its bytes only where the length leaves a doubt.
///
/// # Errors
/// [`SizeError::Value`] beyond 25 MiB.
pub fn check(text: &JsString, what: &'static str) -> Result<(), SizeError> {
    let units = f64::from(text.length());
    if units * 3.0 <= MAX_VALUE_BYTES {
        return Ok(());
    }
    let bytes = byte_length(text);
    if bytes > MAX_VALUE_BYTES {
        return Err(SizeError::Value(what, bytes as u32));
    }
    Ok(())
}
