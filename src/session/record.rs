//! What a record of the session store may be. Pure.

use thiserror::Error;

use crate::error::RoomError;
use crate::protocol::name::{NameError, check_name};

/// How much of a user agent is kept, in bytes of UTF-8. A visitor chooses it, so a long one is cut
/// and must not fail the sign-in.
pub const MAX_USER_AGENT_BYTES: usize = 1_024;

/// The last moment that a `Date` can name, in ms since the epoch.
const MAX_DATE_MS: f64 = 8.64e15;

/// Why a record is not taken. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RecordError {
    /// An id that cannot be one.
    #[error("{0}")]
    BadId(NameError),
    /// A record without a moment of its creation.
    #[error("createdAt must be a Date that names a moment")]
    BadCreation,
}

impl RoomError for RecordError {
    fn code(&self) -> &'static str {
        "invalid_session"
    }
}

/// Checks what a record says beside its user agent.
///
/// # Errors
/// [`RecordError`] for an id or a date that cannot be kept.
pub fn check(session_id: &str, customer_id: &str, created_at: f64) -> Result<(), RecordError> {
    check_name(session_id, "sessionId").map_err(RecordError::BadId)?;
    check_name(customer_id, "customerId").map_err(RecordError::BadId)?;
    if created_at.is_nan() || created_at.abs() > MAX_DATE_MS {
        return Err(RecordError::BadCreation);
    }
    Ok(())
}

/// A user agent as it is kept: its first 1,024 bytes, cut between characters.
pub fn cut(user_agent: &str) -> &str {
    // A character has at most four bytes.
    let ends = MAX_USER_AGENT_BYTES.saturating_sub(3)..=MAX_USER_AGENT_BYTES;
    let kept = ends.rev().find_map(|end| user_agent.get(..end));
    kept.unwrap_or(user_agent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_has_two_ids_and_a_date() {
        assert_eq!(check("s", "c", -1.0), Ok(()));
        let empty = |what| Err(RecordError::BadId(NameError { what }));
        assert_eq!(check("", "c", 0.0), empty("sessionId"));
        assert_eq!(check("s", "", 0.0), empty("customerId"));
        for date in [f64::NAN, f64::INFINITY, 8.64e15 + 1.0] {
            assert_eq!(check("s", "c", date), Err(RecordError::BadCreation));
        }
    }

    proptest! {
        #[test]
        fn a_cut_is_a_beginning_of_at_most_1024_bytes(text in "\\PC{0,800}") {
            let kept = cut(&text);
            prop_assert!(text.starts_with(kept));
            prop_assert!(kept.len() <= MAX_USER_AGENT_BYTES);
            prop_assert!(kept.len() == text.len() || kept.len() > MAX_USER_AGENT_BYTES - 4);
        }
    }
}
