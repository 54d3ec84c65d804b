//! Names of objects. Pure.

use thiserror::Error;

use crate::error::RoomError;

/// The longest name of an object, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 512;

/// What a cart's object is named after, in messages.
pub const CART: &str = "The id of the cart";

/// What a lock's object is named after, in messages.
pub const LOCK: &str = "The name of the lock";

/// Why a name or an id is refused: it is empty, or too long. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{what} must have 1 to {MAX_NAME_BYTES} bytes of UTF-8")]
pub struct NameError {
    /// What the caller has given, in words, such as the id of a cart.
    pub what: &'static str,
}

impl RoomError for NameError {
    fn code(&self) -> &'static str {
        "invalid_key"
    }
}

/// Checks what an object is named after: the id of a cart, the name of a lock; `what` it is, in messages.
///
/// # Errors
/// [`NameError`] when it is empty or too long.
pub fn check_name(name: &str, what: &'static str) -> Result<(), NameError> {
    let fits = !name.is_empty() && name.len() <= MAX_NAME_BYTES;
    fits.then_some(()).ok_or(NameError { what })
}
