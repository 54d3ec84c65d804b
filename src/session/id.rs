//! Ids of sessions and of customers. Pure.

use thiserror::Error;

use crate::error::RoomError;

/// The longest id, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 512;

/// Why an id is refused. The id itself is never quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum IdError {
    /// Nothing is left of it.
    #[error("the id is empty")]
    Empty,
    /// Too long for a name and a row.
    #[error("the id has {0} bytes of UTF-8; it may have {MAX_ID_BYTES}")]
    TooLong(usize),
}

impl RoomError for IdError {
    fn code(&self) -> &'static str {
        "invalid_key"
    }
}

/// Checks the id of a session or of a customer.
///
/// # Errors
/// [`IdError`] when it is empty or too long.
pub const fn check_id(id: &str) -> Result<(), IdError> {
    match id.len() {
        0 => Err(IdError::Empty),
        bytes if bytes > MAX_ID_BYTES => Err(IdError::TooLong(bytes)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_not_empty_and_at_most_512_bytes() {
        assert_eq!(check_id(""), Err(IdError::Empty));
        assert_eq!(check_id(&"é".repeat(256)), Ok(()));
        assert_eq!(check_id(&"é".repeat(257)), Err(IdError::TooLong(514)));
    }
}
