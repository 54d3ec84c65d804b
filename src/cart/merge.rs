//! How two carts become one, on whatever keeps them. Pure.
//!
//! The source remembers the merge that was begun, the target the one that was done. So the steps (begin
//! in the source, merge into the target, end in the source) can be repeated after a crash between any two.

use super::keeper::{Keeper, Outcome, Terms};
use super::model::{CartError, Line, MAX_QUANTITY, Policy};
use super::operations::{admit, bury, finish, live, put};
use crate::error::Error;

/// Makes this cart the source of a merge: from now on it refuses changes. Answers the merge's id, that
/// of a merge into the same target that was begun before, or `None` when there is nothing to merge.
///
/// # Errors
/// [`CartError`]: the owner, or a merge into another target.
pub fn begin_merge(
    keeper: &mut dyn Keeper,
    into: &str,
    terms: &Terms,
) -> Result<Option<String>, Error> {
    let header = live(keeper, terms)?.filter(|header| header.lines > 0);
    let Some((mut header, id)) = header.zip(terms.key.as_ref()) else {
        return Ok(None);
    };
    match &header.merge {
        Some((_, target)) if target != into => Err(CartError::Merging.into()),
        Some((id, _)) => Ok(Some(id.clone())),
        None => {
            header.merge = Some((id.clone(), into.to_owned()));
            keeper.save(&header)?;
            Ok(Some(id.clone()))
        }
    }
}

/// Merges lines of another cart into this one. `terms.key` is the merge's id.
///
/// # Errors
/// [`CartError`]; the caller rolls back.
pub fn merge_lines(
    keeper: &mut dyn Keeper,
    lines: &[(String, Line)],
    policy: Policy,
    terms: &Terms,
) -> Result<Outcome, Error> {
    let mut header = match admit(keeper, terms)? {
        Ok(header) => header,
        Err(outcome) => return Ok(outcome),
    };
    for (key, source) in lines {
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

/// Ends a merge in its source: the cart is deleted, or freed when the target refused (`merged` false).
///
/// # Errors
/// The storage failed.
pub fn end_merge(keeper: &mut dyn Keeper, id: &str, merged: bool, now: f64) -> Result<(), Error> {
    let Some(mut header) = keeper.header()? else {
        return Ok(());
    };
    if header.merge.as_ref().is_none_or(|(mine, _)| mine != id) {
        return Ok(());
    }
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
