//! Which calls may change a cart, and what they find there. Pure.

use super::call::{Call, Outcome, Preconditions};
use super::error::CartError;
use super::header::Header;
use super::idempotency::{check_refusal, was_applied};
use super::storage::{CartStorage, Snapshot, StoredLine};
use crate::error::Error;

/// What becomes of a call that is to change a cart.
#[allow(clippy::large_enum_variant, reason = "it is taken apart at once")]
pub(super) enum Admission {
    /// It may change this.
    Admitted(Draft),
    /// It was made before: what is returned again.
    AppliedBefore(Outcome),
}

/// A cart that a call changes.
pub(super) struct Draft {
    /// Whether there was a header: none where nothing was ever written.
    pub was_stored: bool,
    /// Its header as it will be.
    pub header: Header,
    /// The line that the call changes, if it was read.
    pub line: Option<StoredLine>,
}

/// Admits a call to the cart that was read for it. An expired cart begins anew.
///
/// # Errors
/// What the cart refuses; nothing was written then. Or the storage failed.
pub(super) fn admit(
    storage: &mut dyn CartStorage,
    call: &Call,
    snapshot: Option<Snapshot>,
) -> Result<Admission, Error> {
    let Some(snapshot) = snapshot else {
        check_version(0.0, &call.preconditions)?;
        return begin_anew(storage, call, None);
    };
    let live = Some(&snapshot.header).filter(|header| header.is_live(call.now));
    let version = live.map_or(0.0, |header| header.version);
    check_refusal(&snapshot)?;
    check_owner(live, &call.preconditions)?;
    if let Some(found) = was_applied(&snapshot, call)? {
        return Ok(Admission::AppliedBefore(Outcome { version, found }));
    }
    check_version(version, &call.preconditions)?;
    let Some(header) = live else {
        return begin_anew(storage, call, Some(snapshot.header));
    };
    if header.merge.is_some() {
        return Err(CartError::Merging.into());
    }
    Ok(Admission::Admitted(Draft {
        header: header.clone(),
        was_stored: true,
        line: snapshot.line,
    }))
}

/// A caller who names no owner is not asked.
pub(super) fn check_owner(
    live: Option<&Header>,
    preconditions: &Preconditions,
) -> Result<(), CartError> {
    let owners = live
        .and_then(|header| header.owner.as_ref())
        .zip(preconditions.owner.as_ref());
    match owners {
        Some((mine, theirs)) if mine != theirs => Err(CartError::Forbidden),
        _ => Ok(()),
    }
}

fn check_version(version: f64, preconditions: &Preconditions) -> Result<(), CartError> {
    match preconditions.if_version {
        Some(expected) if expected != version => Err(CartError::Changed),
        _ => Ok(()),
    }
}

fn begin_anew(
    storage: &mut dyn CartStorage,
    call: &Call,
    ended: Option<Header>,
) -> Result<Admission, Error> {
    if ended.as_ref().is_some_and(|ended| ended.lines > 0) {
        storage.delete_lines()?;
    }
    let last = ended.as_ref().map_or(0.0, |ended| ended.version);
    let header = Header {
        // A version that somebody has read of an earlier cart of this id must not come again.
        version: last.max(call.now),
        owner: call.preconditions.owner.clone(),
        ..Header::default()
    };
    Ok(Admission::Admitted(Draft {
        was_stored: ended.is_some(),
        header,
        line: None,
    }))
}
