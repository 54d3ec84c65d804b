//! Keys: at most 512 bytes of UTF-8, and not empty, `.` or `..`.

use js_sys::JsString;
use thiserror::Error;

use crate::error::RoomError;
use crate::host::values::byte_length;

/// The longest key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;

/// Why a key is refused: what was given, in words, and what is wrong with it. The key itself is never quoted: it may hold
/// a token.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("{what} {why}")]
pub struct KeyError {
    /// What the caller has given: a key, or what a key is made of, such as a token.
    pub what: &'static str,
    /// What is wrong with it.
    pub why: Unfit,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum Unfit {
    /// Nothing is left of it.
    #[error("is empty")]
    Empty,
    /// `.` and `..` cannot be addressed.
    #[error("must not be \".\" or \"..\", which KV does not take")]
    Dots,
    /// Too long for KV.
    #[error("has {0} bytes of UTF-8; KV takes at most {MAX_KEY_BYTES}")]
    TooLong(u32),
}

impl Unfit {
    /// The error for what was given.
    pub const fn of(self, what: &'static str) -> KeyError {
        KeyError { what, why: self }
    }
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
pub fn check(key: &JsString, what: &'static str) -> Result<(), KeyError> {
    check_known(key, what)?;
    let units = key.length() as usize;
    // A UTF-16 unit is at most three bytes of UTF-8.
    if units * 3 > MAX_KEY_BYTES {
        return check_bytes(byte_length(key) as u32, what);
    }
    Ok(())
}

/// Checks a key of which something is looked up or deleted. Under one that is too long KV has nothing, and is not asked
/// (`js/kv/shared_kv.ts`): a visitor may have chosen it.
///
/// # Errors
/// [`KeyError`] for what is no key at all.
pub fn check_known(key: &JsString, what: &'static str) -> Result<(), KeyError> {
    if key.length() <= 2 {
        return check_text(&String::from(key), what);
    }
    Ok(())
}

/// Checks a key that is here already.
///
/// # Errors
/// [`KeyError`] for what KV would refuse.
pub fn check_text(key: &str, what: &'static str) -> Result<(), KeyError> {
    match key {
        "" => Err(Unfit::Empty.of(what)),
        "." | ".." => Err(Unfit::Dots.of(what)),
        _ => check_bytes(key.len() as u32, what),
    }
}

fn check_bytes(bytes: u32, what: &'static str) -> Result<(), KeyError> {
    if bytes > MAX_KEY_BYTES as u32 {
        return Err(Unfit::TooLong(bytes).of(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit(key: &str) -> Option<Unfit> {
        check_text(key, "The key").err().map(|error| error.why)
    }

    #[test]
    fn what_kv_refuses_is_refused() {
        assert_eq!(unfit(""), Some(Unfit::Empty));
        assert_eq!(unfit("."), Some(Unfit::Dots));
        assert_eq!(unfit(".."), Some(Unfit::Dots));
        assert_eq!(unfit("..."), None);
        assert_eq!(unfit(&"k".repeat(512)), None);
        assert_eq!(unfit(&"k".repeat(513)), Some(Unfit::TooLong(513)));
        // 171 characters, 513 bytes.
        assert_eq!(unfit(&"€".repeat(171)), Some(Unfit::TooLong(513)));
    }

    #[test]
    fn messages_name_what_was_given_and_do_not_quote_it() {
        let error = check_text(&"secret".repeat(100), "The token").unwrap_err();
        assert!(error.to_string().starts_with("The token has 600 bytes"));
        assert!(!error.to_string().contains("secret"));
    }
}
