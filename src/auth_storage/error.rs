//! Why the auth storage refuses a call. Pure.

use thiserror::Error;

use crate::error::RoomError;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum AuthStorageError {
    /// No key, or one that is too long.
    #[error(
        "The key, with the keyPrefix where there is one, must have 1 to 2048 bytes of UTF-8, and has {0}"
    )]
    Key(u64),
    /// Not a text that can be an idempotency key.
    #[error("The idempotency key must be a string of 1 to 128 characters")]
    IdempotencyKey,
    /// An idempotency key that was used for another operation.
    #[error("The idempotency key was used for another operation: use a new one for each call")]
    KeyReused,
    /// Not text.
    #[error("The value must be a string")]
    NotText,
    /// A value beyond the limit; its size in bytes.
    #[error("The value has {0} bytes of UTF-8; the auth storage takes at most 1 MiB (1048576)")]
    TooLarge(u64),
    /// What stands under the key is no count.
    #[error("The stored value is not a counter, so it cannot be incremented")]
    NotCounter,
    /// A rule out of range.
    #[error("A rule is {{ window, max }}: seconds above 0, and a number of requests")]
    Rule,
}

impl RoomError for AuthStorageError {
    fn code(&self) -> &'static str {
        match self {
            Self::Key(_) | Self::IdempotencyKey | Self::KeyReused => "invalid_key",
            Self::NotText | Self::NotCounter => "invalid_value",
            Self::TooLarge(_) => "value_too_large",
            Self::Rule => "invalid_limit",
        }
    }
}
