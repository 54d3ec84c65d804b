//! Why a call on a lock or a counter is refused. Pure.

use thiserror::Error;

use crate::error::RoomError;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CoordinationError {
    /// Not the holder of a lock.
    #[error(
        "Not a lock that acquire() returned: its holder is not copied by JSON or by spreading it"
    )]
    Holder,
    /// Not an idempotency key.
    #[error("An idempotency key must be a string of 1 to 512 bytes of UTF-8")]
    Key,
    /// The key of another call.
    #[error("The idempotency key was used for another call on this counter")]
    KeyReused,
    /// Not an amount.
    #[error("A counter goes up or down by a safe integer: a whole number of at most 2^53 - 1")]
    Amount,
    /// Beyond what a number holds exactly.
    #[error("The counter would leave the safe integers, from -(2^53 - 1) to 2^53 - 1")]
    Overflow,
}

impl RoomError for CoordinationError {
    fn code(&self) -> &'static str {
        match self {
            Self::Key | Self::KeyReused => "invalid_key",
            Self::Overflow => "limit_exceeded",
            Self::Holder | Self::Amount => "invalid_value",
        }
    }
}
