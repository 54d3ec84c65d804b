//! Names of objects. Pure.

use thiserror::Error;

use crate::error::RoomError;

/// The longest name of an object, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 512;

/// Why an object's name is refused. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a name or an id must have 1 to 512 bytes of UTF-8")]
pub struct NameError;

impl RoomError for NameError {
    fn code(&self) -> &'static str {
        "invalid_key"
    }
}

/// Checks the name of an object: the id of a cart, the key of a lock.
///
/// # Errors
/// [`NameError`] when it is empty or too long.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let fits = !name.is_empty() && name.len() <= MAX_NAME_BYTES;
    fits.then_some(()).ok_or(NameError)
}
