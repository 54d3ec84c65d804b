//! Locks and counters on Durable Objects: one object for each name.

pub mod client;
pub mod counter;
#[cfg(feature = "clients")]
mod exports;
pub mod lock;
#[cfg(feature = "objects")]
mod object;
#[cfg(feature = "objects")]
mod store;

use thiserror::Error;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CoordinationError {
    /// Not who holds a lock.
    #[error(
        "not a lock that acquire() answered: its holder is not copied by JSON or by spreading it"
    )]
    Holder,
    /// Not an idempotency key.
    #[error("an idempotency key must be a string of 1 to 512 bytes of UTF-8")]
    Key,
    /// The key of another call.
    #[error("the idempotency key was used for another call on this counter")]
    KeyReused,
    /// Not an amount.
    #[error("a counter goes up or down by a safe integer: a whole number of at most 2^53 - 1")]
    Amount,
    /// Beyond what a number holds exactly.
    #[error("the counter would leave the safe integers, from -(2^53 - 1) to 2^53 - 1")]
    Overflow,
}

impl CoordinationError {
    /// The stable code of the public error class.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Key | Self::KeyReused => "invalid_key",
            Self::Overflow => "limit_exceeded",
            Self::Holder | Self::Amount => "invalid_value",
        }
    }
}

/// The longest name of a holder, an idempotency key, or the like, in bytes.
pub const MAX_TEXT_BYTES: usize = crate::kv::key::MAX_KEY_BYTES;

fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT_BYTES).contains(&text.len())
}
