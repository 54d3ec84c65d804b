//! What a session is, and how its keys are made. Pure.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::record::IdError;

/// Every session key begins so.
pub const SESSION_PREFIX: &str = "session:";

/// Every entry of the index of a user's sessions begins so.
pub const USER_PREFIX: &str = "session-user:";

/// Why a session is not taken. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SessionError {
    /// Not the shape of a session.
    #[error("a cached session is {{ session, user }}, both objects")]
    NotASession,
    /// No expiry, or one that is no date.
    #[error("session.expiresAt must be a Date or an ISO 8601 string that names a moment")]
    BadExpiry,
    /// JSON cannot say it.
    #[error(
        "the session cannot be stored as JSON: it is undefined, holds a BigInt or refers to itself"
    )]
    NotJson,
    /// A record of the session store with an id that cannot be one.
    #[error("sessionId or customerId cannot be kept: {0}")]
    BadId(IdError),
    /// A record without a moment of its creation.
    #[error("createdAt must be a Date that names a moment")]
    BadCreation,
}

/// SHA-256 in lower-case hexadecimal, 64 characters.
pub fn sha256_hex(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    // Not `format!`, which takes longer than the hash itself.
    nibbles
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// The prefix under which a user's index entries stand. The id is percent-encoded, so that no id can
/// reach into another's: `a` and `a:b` share no prefix.
pub fn user_prefix(user_id: &str) -> String {
    let mut prefix = String::with_capacity(USER_PREFIX.len() + user_id.len() + 1);
    prefix.push_str(USER_PREFIX);
    for byte in user_id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            prefix.push(char::from(byte));
        } else {
            let _ = write!(prefix, "%{byte:02X}");
        }
    }
    prefix.push(':');
    prefix
}

/// Whether a date text is ISO 8601 as JavaScript writes it, so that it can be stored as it is.
pub fn is_iso(text: &str) -> bool {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = date.split('-');
    let dated = [4, 2, 2]
        .into_iter()
        .all(|len| parts.next().is_some_and(|part| digits(part, len)));
    // A time without a zone would be local time, which differs from place to place.
    let zoned = time.is_empty() || time.ends_with('Z') || time.contains(['+', '-']);
    dated && parts.next().is_none() && zoned
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sha256_matches_the_published_vector() {
        // FIPS 180-4, the one-block example.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex("abc"), expected);
    }

    #[test]
    fn iso_is_what_means_the_same_everywhere() {
        for text in [
            "2027-01-01T00:00:00Z",
            "2027-01-01T00:00:00.000+02:00",
            "2027-01-01",
        ] {
            assert!(is_iso(text), "{text}");
        }
        for text in [
            "2027-01-01T00:00:00",
            "Fri, 01 Jan 2027 00:00:00 GMT",
            "1",
            "",
            "27-01-01",
        ] {
            assert!(!is_iso(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_user_reaches_into_anothers_entries(a in ".{0,40}", b in ".{0,40}") {
            prop_assume!(a != b);
            prop_assert!(!user_prefix(&a).starts_with(&user_prefix(&b)));
        }
    }
}
