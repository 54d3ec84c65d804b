//! What a cart does, on whatever keeps it. Pure.
//!
//! Every check comes before the first write, so that a single change needs no rollback. Several
//! changes, `set_lines` and merges do, and run in a transaction.

use super::idempotency::{check_refusal, remember, was_applied};
use super::model::{self, CartError, Line, MAX_QUANTITY};
use super::storage::{Change, Found, Header, Keeper, Outcome, Terms};
use crate::error::Error;

/// The version of a cart that is there, `None` when it is not or has expired. Renews the TTL.
///
/// # Errors
/// The storage failed; [`CartError::Forbidden`].
pub fn read(keeper: &mut dyn Keeper, terms: &Terms) -> Result<Option<f64>, Error> {
    let Some(mut header) = live(keeper, terms)? else {
        return Ok(None);
    };
    // A source that waits for the end of its merge is not kept alive by being looked at, and nobody's shorter TTL
    // ends a cart sooner.
    let is_longer = terms.now + terms.ttl_seconds * 1_000.0 > header.expires_at;
    if header.merge.is_none() && is_longer && header.renew(terms.now, terms.ttl_seconds) {
        let due = header.expires_at;
        arm(keeper, &mut header, due)?;
        keeper.save(&header)?;
    }
    Ok(Some(header.version))
}

pub(super) fn live(keeper: &dyn Keeper, terms: &Terms) -> Result<Option<Header>, Error> {
    let header = keeper.header()?.filter(|header| header.is_live(terms.now));
    if let Some(header) = &header {
        check_owner(header, terms.owner.as_deref())?;
    }
    Ok(header)
}

fn check_owner(header: &Header, owner: Option<&str>) -> Result<(), CartError> {
    match (&header.owner, owner) {
        (Some(mine), Some(theirs)) if mine != theirs => Err(CartError::Forbidden),
        _ => Ok(()),
    }
}

/// The header to change, or the outcome of a call that was applied before. An expired cart begins anew.
pub(super) fn admit(
    keeper: &mut dyn Keeper,
    terms: &Terms,
) -> Result<Result<Header, Outcome>, Error> {
    let header = keeper.header()?;
    let live = header.as_ref().filter(|header| header.is_live(terms.now));
    if header.is_some() {
        check_refusal(keeper, terms)?;
    }
    if let Some(header) = live {
        check_owner(header, terms.owner.as_deref())?;
    }
    if header.is_some()
        && let Some(found) = was_applied(keeper, terms)?
    {
        let version = live.map_or(0.0, |header| header.version);
        return Ok(Err(Outcome { version, found }));
    }
    let version = live.map_or(0.0, |header| header.version);
    if terms.if_version.is_some_and(|expected| expected != version) {
        return Err(CartError::Changed.into());
    }
    if let Some(header) = live {
        if header.merge.is_some() {
            return Err(CartError::Merging.into());
        }
        return Ok(Ok(header.clone()));
    }
    let dead = header.unwrap_or_default();
    if dead.lines > 0 {
        keeper.clear()?;
    }
    Ok(Ok(Header {
        // A version that somebody has read of an earlier cart of this id must not come again.
        version: dead.version.max(terms.now),
        alarm_at: dead.alarm_at,
        owner: terms.owner.clone(),
        ..Header::default()
    }))
}

pub(super) fn finish(
    keeper: &mut dyn Keeper,
    mut header: Header,
    terms: &Terms,
) -> Result<Outcome, Error> {
    header.version += 1.0;
    header.renew(terms.now, terms.ttl_seconds);
    remember(keeper, terms, true)?;
    let due = header.expires_at;
    arm(keeper, &mut header, due)?;
    keeper.save(&header)?;
    Ok(Outcome {
        version: header.version,
        found: true,
    })
}

pub(super) fn arm(keeper: &mut dyn Keeper, header: &mut Header, due: f64) -> Result<(), Error> {
    if header.alarm_at == 0.0 || due < header.alarm_at {
        header.alarm_at = due;
        keeper.set_alarm(due)?;
    }
    Ok(())
}

/// The alarm went off. Answers whether nothing is left that anybody could ask for; else it is set again.
///
/// # Errors
/// The storage failed.
pub fn wake(keeper: &mut dyn Keeper, now: f64) -> Result<bool, Error> {
    let Some(mut header) = keeper.header()? else {
        return Ok(true);
    };
    let due = if header.is_live(now) {
        Some(header.expires_at)
    } else {
        // A call that comes late or again must still find its key; that of a merge only if the cart was deleted.
        let was_deleted = header.ttl_seconds == 0.0;
        keeper.keys_until(was_deleted)?.filter(|until| *until > now)
    };
    let Some(due) = due else {
        return Ok(true);
    };
    if !header.is_live(now) && header.lines > 0 {
        keeper.clear()?;
        (header.lines, header.bytes, header.merge) = (0, 0, None);
    }
    header.alarm_at = 0.0;
    arm(keeper, &mut header, due)?;
    keeper.save(&header)?;
    Ok(false)
}

/// Applies changes in their order.
///
/// # Errors
/// [`CartError`]: with one change nothing was written then, with more the caller rolls back.
pub fn change(
    keeper: &mut dyn Keeper,
    changes: &[Change],
    terms: &Terms,
) -> Result<Outcome, Error> {
    let mut header = match admit(keeper, terms)? {
        Ok(header) => header,
        Err(outcome) => return Ok(outcome),
    };
    let mut found = false;
    for change in changes {
        found |= apply(keeper, &mut header, change)?;
    }
    if found {
        finish(keeper, header, terms)
    } else {
        nothing_found(keeper, header, terms)
    }
}

// Remembered as well: a copy that comes late must not find a line that was added since.
fn nothing_found(keeper: &mut dyn Keeper, header: Header, terms: &Terms) -> Result<Outcome, Error> {
    let found = false;
    let version = header.version;
    if header.is_live(terms.now) {
        remember(keeper, terms, found)?;
        return Ok(Outcome { version, found });
    }
    // Older clients do not say when a call was made. An object that has no tables gets none by such a call:
    // the caller rolls back.
    if terms.sent.is_none() && keeper.header()?.is_none() {
        return Err(CartError::Nothing.into());
    }
    let outcome = bury_found(keeper, header, terms, found)?;
    Ok(Outcome { found, ..outcome })
}

// Whether the line was there, or is now.
fn apply(keeper: &mut dyn Keeper, header: &mut Header, change: &Change) -> Result<bool, Error> {
    match change {
        Change::Increment {
            key,
            line,
            keeps_tail,
        } => {
            let old = keeper.line(key)?;
            let qty = old.as_ref().map_or(0, |old| old.qty) + line.qty;
            if qty <= 0 {
                return drop_line(keeper, header, key, old).map(|_| true);
            }
            let tail = match &old {
                Some(old) if *keeps_tail => old.tail.clone(),
                _ => line.tail.clone(),
            };
            let line = Line {
                head: line.head.clone(),
                qty,
                tail,
            };
            put(keeper, header, key, old.map(|old| old.bytes), &line)?;
            Ok(true)
        }
        Change::SetQty(key, qty) => {
            let Some(old) = keeper.line(key)? else {
                return Ok(false);
            };
            if *qty <= 0 {
                return drop_line(keeper, header, key, Some(old));
            }
            keeper.set_qty(key, *qty)?;
            Ok(true)
        }
        Change::Remove(key) => {
            let old = keeper.line(key)?;
            drop_line(keeper, header, key, old)
        }
    }
}

fn drop_line(
    keeper: &mut dyn Keeper,
    header: &mut Header,
    key: &str,
    old: Option<Found>,
) -> Result<bool, Error> {
    let Some(old) = old else {
        return Ok(false);
    };
    header.discount(old.bytes);
    keeper.remove(key)?;
    Ok(true)
}

pub(super) fn put(
    keeper: &mut dyn Keeper,
    header: &mut Header,
    key: &str,
    old: Option<u32>,
    line: &Line,
) -> Result<(), Error> {
    if line.qty > MAX_QUANTITY {
        return Err(CartError::TooMany.into());
    }
    header.count(old, line.bytes())?;
    keeper.put(key, line)
}

/// Replaces all lines; those with a quantity of 0 or less are left out.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn set_lines(
    keeper: &mut dyn Keeper,
    lines: &[(String, Line)],
    terms: &Terms,
) -> Result<Outcome, Error> {
    let mut header = match admit(keeper, terms)? {
        Ok(header) => header,
        Err(outcome) => return Ok(outcome),
    };
    keeper.clear()?;
    header.lines = 0;
    header.bytes = 0;
    for (key, line) in lines.iter().filter(|(_, line)| line.qty > 0) {
        put(keeper, &mut header, key, None, line)?;
    }
    finish(keeper, header, terms)
}

/// Deletes the cart: it has expired. What it remembers of calls stays until the alarm.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn delete(keeper: &mut dyn Keeper, terms: &Terms) -> Result<Outcome, Error> {
    let header = match admit(keeper, terms)? {
        Ok(header) => header,
        Err(outcome) => return Ok(outcome),
    };
    bury(keeper, header, terms)
}

pub(super) fn bury(
    keeper: &mut dyn Keeper,
    header: Header,
    terms: &Terms,
) -> Result<Outcome, Error> {
    bury_found(keeper, header, terms, true)
}

fn bury_found(
    keeper: &mut dyn Keeper,
    header: Header,
    terms: &Terms,
    found: bool,
) -> Result<Outcome, Error> {
    keeper.clear()?;
    let mut dead = Header {
        version: header.version + 1.0,
        expires_at: terms.now,
        alarm_at: header.alarm_at,
        ..Header::default()
    };
    remember(keeper, terms, found)?;
    arm(keeper, &mut dead, terms.now + model::KEY_LIFE_MS)?;
    keeper.save(&dead)?;
    Ok(Outcome {
        version: 0.0,
        found: true,
    })
}
