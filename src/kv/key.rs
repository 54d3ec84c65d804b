//! Keys: at most 512 bytes of UTF-8, and not empty, `.` or `..`.

use js_sys::JsString;
use thiserror::Error;

use crate::error::RoomError;
use crate::host::values::byte_length;

/// The longest key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;

/// Why a key is refused. The key itself is never quoted: it may hold a token.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum KeyError {
    /// Nothing is left of the key.
    #[error("the key is empty")]
    Empty,
    /// `.` and `..` cannot be addressed.
    #[error("KV does not take \".\" or \"..\" as a key")]
    Dots,
    /// Too long for KV.
    #[error("the key has {0} bytes of UTF-8; KV takes at most {MAX_KEY_BYTES}")]
    TooLong(u64),
}

impl RoomError for KeyError {
    fn code(&self) -> &'static str {
        "invalid_key"
    }
}

/// Checks a key that is still on JavaScript's side, mostly without copying it.
///
/// # Errors
/// [`KeyError`] for what KV would refuse.
pub fn check(key: &JsString) -> Result<(), KeyError> {
    check_known(key)?;
    let units = key.length() as usize;
    // A UTF-16 unit is at most three bytes of UTF-8.
    if units * 3 > MAX_KEY_BYTES {
        return check_bytes(byte_length(key) as u64);
    }
    Ok(())
}

/// Checks a key of which something is looked up or deleted. Under one that is too long KV has nothing, and is not asked
/// (`js/kv/shared_kv.ts`): a visitor may have chosen it.
///
/// # Errors
/// [`KeyError`] for what is no key at all.
pub fn check_known(key: &JsString) -> Result<(), KeyError> {
    if key.length() <= 2 {
        return check_text(&String::from(key));
    }
    Ok(())
}

/// Checks a key that is here already.
///
/// # Errors
/// [`KeyError`] for what KV would refuse.
pub fn check_text(key: &str) -> Result<(), KeyError> {
    match key {
        "" => Err(KeyError::Empty),
        "." | ".." => Err(KeyError::Dots),
        _ => check_bytes(key.len() as u64),
    }
}

fn check_bytes(bytes: u64) -> Result<(), KeyError> {
    if bytes > MAX_KEY_BYTES as u64 {
        return Err(KeyError::TooLong(bytes));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kv_refuses_is_refused() {
        assert_eq!(check_text(""), Err(KeyError::Empty));
        assert_eq!(check_text("."), Err(KeyError::Dots));
        assert_eq!(check_text(".."), Err(KeyError::Dots));
        assert_eq!(check_text("..."), Ok(()));
        assert_eq!(check_text(&"k".repeat(512)), Ok(()));
        assert_eq!(check_text(&"k".repeat(513)), Err(KeyError::TooLong(513)));
        // 171 characters, 513 bytes.
        assert_eq!(check_text(&"€".repeat(171)), Err(KeyError::TooLong(513)));
    }

    #[test]
    fn messages_do_not_quote_the_key() {
        let error = check_text(&"secret".repeat(100)).unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
