//! How two carts become one, on whatever keeps them. Pure.
//!
//! The source remembers the merge that was begun, the target the one that was done. So the steps (begin
//! in the source, merge into the target, end in the source) can be repeated after a crash between any two,
//! also by several callers at once. When the target refuses, it is asked to give the merge up before the
//! source is freed.

use super::idempotency::check_refusal;
use super::model::{CartError, ENDED_LIFE_MS, Line, MAX_QUANTITY, Policy};
use super::operations::{admit, arm, bury, finish, live, put};
use super::storage::{Keeper, Outcome, Terms, ended_key, given_up_key, merge_key};
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

/// Makes this cart the source of a merge, in the version that `terms` expect: from now on it refuses changes.
/// A merge into the same target that was begun before goes on. A copy that comes late finds another version, or
/// that its merge has ended.
///
/// # Errors
/// [`CartError`]: the owner, or a merge into another target.
pub fn begin_merge(
    keeper: &mut dyn Keeper,
    into: &str,
    id: &str,
    terms: &Terms,
) -> Result<Begun, Error> {
    if keeper.header()?.is_some() {
        check_refusal(keeper, terms)?;
        if keeper.recall(&ended_key(id), terms.now)?.is_some() {
            return Ok(Begun::Nothing);
        }
    }
    let header = live(keeper, terms)?.filter(|header| header.lines > 0);
    let Some(mut header) = header else {
        return Ok(Begun::Nothing);
    };
    match &header.merge {
        Some((_, target)) if target != into => Err(CartError::Merging.into()),
        Some((id, _)) => Ok(Begun::Merge(id.clone())),
        None if terms.if_version.is_some_and(|read| read != header.version) => {
            Ok(Begun::Changed(header.version))
        }
        None => {
            header.merge = Some((id.to_owned(), into.to_owned()));
            keeper.save(&header)?;
            Ok(Begun::Merge(id.to_owned()))
        }
    }
}

/// Merges lines of another cart into this one. The key of `terms` is the merge's id, as that of a call: a copy of a
/// call that was refused is refused, also before the merge is given up.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn merge_lines(
    keeper: &mut dyn Keeper,
    id: &str,
    lines: &[(String, Line)],
    policy: Policy,
    terms: Terms,
) -> Result<Outcome, Error> {
    if keeper.header()?.is_some() {
        check_refusal(keeper, &terms)?;
    }
    let terms = &terms.of_merge(id)?;
    if keeper.recall(&given_up_key(id), terms.now)?.is_some() {
        return Err(CartError::Merging.into());
    }
    let mut header = match admit(keeper, terms)? {
        Ok(header) => header,
        Err(outcome) => return Ok(outcome),
    };
    for (key, source) in lines.iter().filter(|(_, line)| line.qty > 0) {
        let old = keeper.line(key)?;
        let Some(old) = old else {
            put(keeper, &mut header, key, None, source)?;
            continue;
        };
        match policy {
            Policy::KeepTarget => {}
            Policy::Replace => put(keeper, &mut header, key, Some(old.bytes), source)?,
            Policy::Sum | Policy::Max => {
                let qty = policy.quantity(old.qty, source.qty);
                if qty > MAX_QUANTITY {
                    return Err(CartError::TooMany.into());
                }
                keeper.set_qty(key, qty)?;
            }
        }
    }
    finish(keeper, header, terms)
}

/// Gives a merge up in its target, which has refused it: whoever is still under way with the same one is
/// refused too. Answers whether it was done by somebody else before; then it cannot be given up.
///
/// # Errors
/// The storage failed.
pub fn give_up(
    keeper: &mut dyn Keeper,
    id: &str,
    sent: Option<f64>,
    now: f64,
) -> Result<bool, Error> {
    if keeper.recall(&merge_key(id), now)?.is_some() {
        return Ok(true);
    }
    let until = remembered_until(now, sent, ENDED_LIFE_MS);
    keeper.remember(&given_up_key(id), until, "")?;
    let mut header = keeper.header()?.unwrap_or_default();
    if !header.is_live(now) {
        arm(keeper, &mut header, until)?;
        keeper.save(&header)?;
    }
    Ok(false)
}

/// Ends a merge in its source: the cart is deleted, or freed when the target refused (`merged` false). The source
/// remembers that: a call that begins the merge may still come.
///
/// # Errors
/// The storage failed.
pub fn end_merge(
    keeper: &mut dyn Keeper,
    id: &str,
    merged: bool,
    sent: Option<f64>,
    now: f64,
) -> Result<(), Error> {
    let Some(mut header) = keeper.header()? else {
        return Ok(());
    };
    if header.merge.as_ref().is_none_or(|(mine, _)| mine != id) {
        return Ok(());
    }
    let until = remembered_until(now, sent, ENDED_LIFE_MS);
    keeper.remember(&ended_key(id), until, "")?;
    if merged {
        let terms = Terms {
            now,
            ..Terms::default()
        };
        return bury(keeper, header, &terms).map(|_| ());
    }
    header.merge = None;
    keeper.save(&header)
}
