//! What a cart remembers of the calls that were made on it: so a call that comes again, or late, has no effect but
//! its first. Pure.

use super::call::Call;
use super::error::CartError;
use super::storage::{CartStorage, Snapshot};
use crate::error::Error;

// After the fingerprint of a call that found no line to change.
const NOT_FOUND: &str = "-";

// A copy of a call that was refused is refused, whatever has become of the cart since.
pub(super) fn check_refusal(snapshot: &Snapshot) -> Result<(), CartError> {
    let code = match snapshot.refused.as_deref() {
        None => return Ok(()),
        Some("forbidden") => "forbidden",
        Some("limit_exceeded") => "limit_exceeded",
        Some("invalid_value") => "invalid_value",
        Some(_) => "conflict",
    };
    Err(CartError::RefusedBefore(code))
}

// Whether the call was made before; then, whether it found a line.
pub(super) fn was_applied(snapshot: &Snapshot, call: &Call) -> Result<Option<bool>, CartError> {
    let Some(note) = snapshot.applied.as_deref() else {
        return Ok(None);
    };
    let (fingerprint, found) = match note.strip_suffix(NOT_FOUND) {
        Some(fingerprint) => (fingerprint, false),
        None => (note, true),
    };
    // What an older version has remembered matches.
    if fingerprint.is_empty() || fingerprint == call.fingerprint {
        Ok(Some(found))
    } else {
        Err(CartError::KeyReused)
    }
}

/// Remembers that a call was refused with `code`, where there is a cart or was one. A call that expects a
/// version which has gone by is not admitted later either: versions do not come again.
///
/// # Errors
/// The storage failed.
pub fn refused(storage: &mut dyn CartStorage, call: &Call, code: &str) -> Result<(), Error> {
    let (Some(header), Some(key)) = (storage.header()?, call.refusal_key()) else {
        return Ok(());
    };
    let expected = call.preconditions.if_version.unwrap_or(0.0);
    if expected > 0.0 && expected < header.version {
        return Ok(());
    }
    storage.remember(&key, call.retention(), code)
}

/// Remembers a call that was made; `found` is false when it had no line to change.
pub(super) fn remember(
    storage: &mut dyn CartStorage,
    call: &Call,
    found: bool,
) -> Result<(), Error> {
    let Some(key) = &call.key else {
        return Ok(());
    };
    let mark = if found { "" } else { NOT_FOUND };
    let note = [call.fingerprint.as_str(), mark].concat();
    storage.remember(&key.of_call(), call.retention(), &note)
}
