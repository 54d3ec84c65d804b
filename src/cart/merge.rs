//! How two carts become one, on whatever keeps them. Pure.
//!
//! The source remembers the merge that was begun, the target the one that was done. So the steps (begin
//! in the source, merge into the target, end in the source) can be repeated after a crash between any two,
//! also by several callers at once. When the target refuses, it is asked to give the merge up before the
//! source is freed.

use super::admission::{Admission, Draft, admit, check_owner};
use super::call::{Call, Outcome};
use super::change::{check_line, put_line};
use super::error::CartError;
use super::idempotency::check_refusal;
use super::line::{Line, MAX_QUANTITY};
use super::operations::{end, finish};
use super::policy::Policy;
use super::remembered::{ENDED_LIFE_MS, Retention, ended_key, given_up_key, merge_key};
use super::storage::CartStorage;
use crate::error::Error;
use crate::protocol::call_time::remembered_until;

/// How the begin of a merge ended.
#[derive(Debug, PartialEq)]
pub enum Begun {
    /// There is nothing to merge, or this merge has ended.
    Nothing,
    /// The cart has changed since the caller read it: its version.
    Changed(f64),
    /// The merge's id, which may have been begun before.
    Merge(String),
}

/// Makes this cart the source of a merge, in the version that the call expects: from now on it refuses changes.
/// A merge into the same target that was begun before goes on. A copy that comes late finds another version, or
/// that its merge has ended.
///
/// # Errors
/// [`CartError`]: the owner, or a merge into another target.
pub fn begin_merge(
    storage: &mut dyn CartStorage,
    into: &str,
    id: &str,
    call: &Call,
) -> Result<Begun, Error> {
    let Some(snapshot) = storage.read(&call.about(None))? else {
        return Ok(Begun::Nothing);
    };
    check_refusal(&snapshot)?;
    if storage.recall(&ended_key(id), call.now)?.is_some() {
        return Ok(Begun::Nothing);
    }
    let stored = snapshot.header;
    if !stored.is_live(call.now) {
        return Ok(Begun::Nothing);
    }
    check_owner(Some(&stored), &call.preconditions)?;
    if stored.lines == 0 {
        return Ok(Begun::Nothing);
    }
    match &stored.merge {
        Some((_, target)) if target != into => Err(CartError::Merging.into()),
        Some((id, _)) => Ok(Begun::Merge(id.clone())),
        None => {
            let expected = call.preconditions.if_version;
            if expected.is_some_and(|read| read != stored.version) {
                return Ok(Begun::Changed(stored.version));
            }
            let mut header = stored.clone();
            header.merge = Some((id.to_owned(), into.to_owned()));
            storage.save(&header)?;
            Ok(Begun::Merge(id.to_owned()))
        }
    }
}

/// Merges lines of another cart into this one. The key of the call is the merge's id: a copy of a
/// call that was refused is refused, also before the merge is given up.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn merge_lines(
    storage: &mut dyn CartStorage,
    id: &str,
    lines: &[(String, Line)],
    policy: Policy,
    call: Call,
) -> Result<Outcome, Error> {
    let call = &call.of_merge(id);
    let snapshot = storage.read(&call.about(None))?;
    snapshot.as_ref().map_or(Ok(()), check_refusal)?;
    if storage.recall(&given_up_key(id), call.now)?.is_some() {
        return Err(CartError::Merging.into());
    }
    let mut draft = match admit(storage, call, snapshot)? {
        Admission::Admitted(draft) => draft,
        Admission::AppliedBefore(outcome) => return Ok(outcome),
    };
    for (key, line) in lines.iter().filter(|(_, line)| line.qty > 0) {
        merge_line(storage, &mut draft, key, line, policy)?;
    }
    finish(storage, draft, call)
}

fn merge_line(
    storage: &mut dyn CartStorage,
    draft: &mut Draft,
    key: &str,
    source: &Line,
    policy: Policy,
) -> Result<(), Error> {
    let header = &mut draft.header;
    let Some(target) = storage.line(key)? else {
        return put_line(storage, header, key, None, source);
    };
    check_line(&target, source, true)?;
    match policy {
        Policy::KeepTarget => Ok(()),
        Policy::Replace => put_line(storage, header, key, Some(target.bytes), source),
        Policy::Sum | Policy::Max => {
            let qty = policy.quantity(target.qty, source.qty);
            if qty > MAX_QUANTITY {
                return Err(CartError::TooMany.into());
            }
            storage.set_qty(key, qty)
        }
    }
}

/// Gives a merge up in its target, which has refused it: whoever is still under way with the same one is
/// refused too. Returns whether it was done by somebody else before; then it cannot be given up.
///
/// # Errors
/// The storage failed.
pub fn give_up(
    storage: &mut dyn CartStorage,
    id: &str,
    sent: Option<f64>,
    now: f64,
) -> Result<bool, Error> {
    if storage.recall(&merge_key(id), now)?.is_some() {
        return Ok(true);
    }
    let until = remembered_until(now, sent, ENDED_LIFE_MS);
    storage.remember(&given_up_key(id), Retention::Until(until), "")?;
    Ok(false)
}

/// Ends a merge in its source: the cart is deleted, or freed when the target refused (`merged` false). The source
/// remembers that: a call that begins the merge may still come.
///
/// # Errors
/// The storage failed.
pub fn end_merge(
    storage: &mut dyn CartStorage,
    id: &str,
    merged: bool,
    sent: Option<f64>,
    now: f64,
) -> Result<(), Error> {
    let Some(stored) = storage.header()? else {
        return Ok(());
    };
    if stored.merge.as_ref().is_none_or(|(mine, _)| mine != id) {
        return Ok(());
    }
    let until = remembered_until(now, sent, ENDED_LIFE_MS);
    storage.remember(&ended_key(id), Retention::Until(until), "")?;
    let mut header = stored.clone();
    if !merged {
        header.merge = None;
        return storage.save(&header);
    }
    let draft = Draft {
        was_stored: true,
        header,
        line: None,
    };
    let call = Call {
        now,
        ..Call::default()
    };
    end(storage, draft, &call, true).map(|_| ())
}
