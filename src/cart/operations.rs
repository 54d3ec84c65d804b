//! What a cart does, on whatever keeps it. Pure.
//!
//! Every check comes before the first write, so that a single change needs no rollback. Several
//! changes, `set_lines` and merges do, and run in a transaction.

use super::admission::{Admission, Draft, admit, check_owner};
use super::call::{Call, Outcome};
use super::change::{Change, apply, put_line};
use super::header::Header;
use super::idempotency::remember;
use super::line::Line;
use super::storage::CartStorage;
use crate::error::Error;

/// The version of a cart that is there, `None` when it is not or has expired. Renews the TTL.
///
/// # Errors
/// The storage failed; [`CartError::Forbidden`].
pub fn read(storage: &mut dyn CartStorage, call: &Call) -> Result<Option<f64>, Error> {
    let Some(mut header) = storage.header()?.filter(|header| header.is_live(call.now)) else {
        return Ok(None);
    };
    check_owner(Some(&header), &call.preconditions)?;
    // A source that waits for the end of its merge is not kept alive by being looked at, and nobody's shorter TTL
    // ends a cart sooner.
    let is_longer = call.now + call.ttl_seconds * 1_000.0 > header.expires_at;
    if header.merge.is_none() && is_longer && header.renew(call.now, call.ttl_seconds) {
        storage.save(&header)?;
    }
    Ok(Some(header.version))
}

/// Applies changes in their order.
///
/// # Errors
/// [`CartError`]: with one change nothing was written then, with more the caller rolls back.
pub fn change(
    storage: &mut dyn CartStorage,
    changes: &[Change],
    call: &Call,
) -> Result<Outcome, Error> {
    let only = match changes {
        [only] => Some(only),
        _ => None,
    };
    let snapshot = storage.read(&call.about(only.map(Change::key)))?;
    let mut draft = match admit(storage, call, snapshot)? {
        Admission::Admitted(draft) => draft,
        Admission::AppliedBefore(outcome) => return Ok(outcome),
    };
    let mut found = false;
    if let Some(change) = only {
        let line = draft.line.take();
        found = apply(storage, &mut draft.header, change, line)?;
    } else {
        for change in changes {
            let line = storage.line(change.key())?;
            found |= apply(storage, &mut draft.header, change, line)?;
        }
    }
    if found {
        finish(storage, draft, call)
    } else {
        nothing_found(storage, draft, call)
    }
}

/// Replaces all lines; those with a quantity of 0 or less are left out.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn set_lines(
    storage: &mut dyn CartStorage,
    lines: &[(String, Line)],
    call: &Call,
) -> Result<Outcome, Error> {
    let snapshot = storage.read(&call.about(None))?;
    let mut draft = match admit(storage, call, snapshot)? {
        Admission::Admitted(draft) => draft,
        Admission::AppliedBefore(outcome) => return Ok(outcome),
    };
    storage.delete_lines()?;
    (draft.header.lines, draft.header.bytes) = (0, 0);
    for (key, line) in lines.iter().filter(|(_, line)| line.qty > 0) {
        put_line(storage, &mut draft.header, key, None, line)?;
    }
    finish(storage, draft, call)
}

/// Deletes the cart: it has expired. What it remembers of calls stays until the alarm.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn delete(storage: &mut dyn CartStorage, call: &Call) -> Result<Outcome, Error> {
    let snapshot = storage.read(&call.about(None))?;
    match admit(storage, call, snapshot)? {
        Admission::Admitted(draft) => end(storage, draft, call, true),
        Admission::AppliedBefore(outcome) => Ok(outcome),
    }
}

pub(super) fn finish(
    storage: &mut dyn CartStorage,
    draft: Draft,
    call: &Call,
) -> Result<Outcome, Error> {
    let mut header = draft.header;
    header.version += 1.0;
    header.renew(call.now, call.ttl_seconds);
    remember(storage, call, true)?;
    storage.save(&header)?;
    Ok(Outcome {
        version: header.version,
        found: true,
    })
}

// Remembered as well: a copy that comes late must not find a line that was added since.
fn nothing_found(
    storage: &mut dyn CartStorage,
    draft: Draft,
    call: &Call,
) -> Result<Outcome, Error> {
    let found = false;
    if draft.header.is_live(call.now) {
        remember(storage, call, found)?;
        let version = draft.header.version;
        return Ok(Outcome { version, found });
    }
    // Older clients do not say when a call was made: such a call leaves nothing where nothing was.
    if call.sent.is_none() && !draft.was_stored {
        let version = 0.0;
        return Ok(Outcome { version, found });
    }
    end(storage, draft, call, found)
}

// Ends the cart. What it remembers of calls stays.
pub(super) fn end(
    storage: &mut dyn CartStorage,
    draft: Draft,
    call: &Call,
    found: bool,
) -> Result<Outcome, Error> {
    storage.delete_lines()?;
    let ended = Header {
        version: draft.header.version + 1.0,
        expires_at: call.now,
        ..Header::default()
    };
    remember(storage, call, found)?;
    storage.save(&ended)?;
    let version = 0.0;
    Ok(Outcome { version, found })
}
