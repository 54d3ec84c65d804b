//! What a cart remembers of the calls that were made on it: so a call that comes again, or late, has no effect but
//! its first. Pure.

use super::model::{self, CartError};
use super::storage::{Keeper, Terms};
use crate::error::Error;

// A copy of a call that was refused is refused, whatever has become of the cart since.
pub(super) fn check_refusal(keeper: &dyn Keeper, terms: &Terms) -> Result<(), Error> {
    let Some(key) = terms.refusal_key() else {
        return Ok(());
    };
    match keeper.recall(&key, terms.now)?.as_deref() {
        None => Ok(()),
        Some("forbidden") => Err(CartError::RefusedBefore("forbidden").into()),
        Some("limit_exceeded") => Err(CartError::RefusedBefore("limit_exceeded").into()),
        Some(_) => Err(CartError::RefusedBefore("conflict").into()),
    }
}

// Whether the call was made before; then, whether it found a line.
pub(super) fn was_applied(keeper: &dyn Keeper, terms: &Terms) -> Result<Option<bool>, Error> {
    let Some(key) = &terms.key else {
        return Ok(None);
    };
    let Some(note) = keeper.recall(key, terms.now)? else {
        return Ok(None);
    };
    let (fingerprint, found) = match note.strip_suffix(NOT_FOUND) {
        Some(fingerprint) => (fingerprint, false),
        None => (note.as_str(), true),
    };
    // What an older version has remembered matches.
    if fingerprint.is_empty() || fingerprint == terms.fingerprint {
        Ok(Some(found))
    } else {
        Err(CartError::KeyReused.into())
    }
}

// After the fingerprint of a call that found no line to change.
const NOT_FOUND: &str = "-";

/// Remembers that the call of `terms` was refused with `code`, where there is a cart or was one. A call that expects a
/// version which has gone by is not admitted later either: versions do not come again.
///
/// # Errors
/// The storage failed.
pub fn refused(keeper: &mut dyn Keeper, terms: &Terms, code: &str) -> Result<(), Error> {
    let (Some(header), Some(key)) = (keeper.header()?, terms.refusal_key()) else {
        return Ok(());
    };
    let expected = terms.if_version.unwrap_or(0.0);
    if expected > 0.0 && expected < header.version {
        return Ok(());
    }
    remember_key(keeper, terms, &key, terms.key_until(), code)
}

/// Remembers a call that was made; `found` is false when it had no line to change.
pub(super) fn remember(keeper: &mut dyn Keeper, terms: &Terms, found: bool) -> Result<(), Error> {
    let Some(key) = &terms.key else {
        return Ok(());
    };
    let note = if found {
        terms.fingerprint.clone()
    } else {
        [terms.fingerprint.as_str(), NOT_FOUND].concat()
    };
    remember_key(keeper, terms, key, terms.key_until(), &note)
}

fn remember_key(
    keeper: &mut dyn Keeper,
    terms: &Terms,
    key: &str,
    until: f64,
    note: &str,
) -> Result<(), Error> {
    keeper.remember(key, until, note)?;
    if model::forgets(key) {
        keeper.forget(terms.now)?;
    }
    Ok(())
}
