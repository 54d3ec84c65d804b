//! What a cart does, on whatever keeps it: the object's SQLite, or a memory. Pure.
//!
//! Every check comes before the first write, so that a single change needs no rollback. `mutate`,
//! `set_lines` and merges do, and run in a transaction.

use super::model::{self, CartError, Line, MAX_BYTES, MAX_LINES, MAX_QUANTITY, Policy};
use crate::error::Error;

/// Everything of a cart but its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Grows with every change; 0 before the first.
    pub version: f64,
    /// The TTL in seconds as last given.
    pub ttl_seconds: f64,
    /// When the cart is gone, in ms since the epoch.
    pub expires_at: f64,
    /// When `expires_at` was last moved.
    pub renewed_at: f64,
    /// When the alarm goes off; 0 when there is none. It moves itself on to `expires_at`: to set it
    /// with every renewal would be another billed write.
    pub alarm_at: f64,
    /// Whom the cart belongs to.
    pub owner: Option<String>,
    /// How many lines there are.
    pub lines: u32,
    /// The sum of [`Line::bytes`].
    pub bytes: u32,
    /// The merge this cart is the source of: its id, and the target's.
    pub merge: Option<(String, String)>,
}

/// What is known of a line without reading all of it.
pub struct Found {
    /// Its quantity.
    pub qty: i32,
    /// Its [`Line::bytes`].
    pub bytes: u32,
    /// Its [`Line::tail`].
    pub tail: String,
}

/// What keeps one cart.
pub trait Keeper {
    /// The header; `None` where nothing was ever written.
    ///
    /// # Errors
    /// The storage failed, as in all methods.
    fn header(&self) -> Result<Option<Header>, Error>;
    /// Replaces the header.
    ///
    /// # Errors
    /// As above.
    fn save(&mut self, header: &Header) -> Result<(), Error>;
    /// A line.
    ///
    /// # Errors
    /// As above.
    fn line(&self, key: &str) -> Result<Option<Found>, Error>;
    /// Writes a line; one that is there keeps its place.
    ///
    /// # Errors
    /// As above.
    fn put(&mut self, key: &str, line: &Line) -> Result<(), Error>;
    /// Changes the quantity of a line that is there.
    ///
    /// # Errors
    /// As above.
    fn set_qty(&mut self, key: &str, qty: i32) -> Result<(), Error>;
    /// Deletes a line.
    ///
    /// # Errors
    /// As above.
    fn remove(&mut self, key: &str) -> Result<(), Error>;
    /// Deletes all lines.
    ///
    /// # Errors
    /// As above.
    fn clear(&mut self) -> Result<(), Error>;
    /// Whether a call with this idempotency key was applied.
    ///
    /// # Errors
    /// As above.
    fn was_applied(&self, key: &str) -> Result<bool, Error>;
    /// Remembers an idempotency key until a moment.
    ///
    /// # Errors
    /// As above.
    fn remember(&mut self, key: &str, until: f64) -> Result<(), Error>;
    /// Sets the alarm.
    ///
    /// # Errors
    /// As above.
    fn set_alarm(&mut self, at: f64) -> Result<(), Error>;
    /// Until when the last key that is not a merge's is remembered.
    ///
    /// # Errors
    /// As above.
    fn keys_until(&self) -> Result<Option<f64>, Error>;
    /// Forgets the keys whose time is over, and the oldest beyond [`model::MAX_KEYS`].
    ///
    /// # Errors
    /// As above.
    fn forget(&mut self, now: f64) -> Result<(), Error>;
}

/// What every mutation carries.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The time in ms since the epoch.
    pub now: f64,
    /// The TTL in seconds.
    pub ttl_seconds: f64,
    /// The idempotency key.
    pub key: Option<String>,
    /// The version the caller has read; 0 for none.
    pub if_version: Option<f64>,
    /// Whom the caller acts for.
    pub owner: Option<String>,
    /// Whether `key` is the id of a merge.
    pub is_merge: bool,
}

impl Terms {
    /// The same for a merge, whose id is `key`.
    #[must_use]
    pub fn of_merge(mut self) -> Self {
        self.is_merge = true;
        // Apart from the keys of other calls, whatever those are.
        self.key = self.key.map(|id| ["merge ", &id].concat());
        self
    }

    // The id of a merge is remembered as long as the cart: the source may come again after days.
    fn key_until(&self) -> f64 {
        if self.is_merge {
            model::FOR_EVER
        } else {
            self.now + model::KEY_LIFE_MS
        }
    }
}

/// One change of a line.
#[derive(Clone, Debug)]
pub enum Change {
    /// Adds to a quantity; `keeps_tail` when the call names no rental.
    Increment {
        /// The line's key.
        key: String,
        /// The line as it is when it is new; its quantity is the step.
        line: Line,
        /// Whether a line that is there keeps its own size and rental.
        keeps_tail: bool,
    },
    /// Sets a quantity.
    SetQty(String, i32),
    /// Deletes a line.
    Remove(String),
}

/// What became of a mutation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The cart's version now.
    pub version: f64,
    /// False when the only change was of a line that is not there.
    pub found: bool,
}

impl Header {
    fn is_live(&self, now: f64) -> bool {
        self.expires_at > now
    }

    /// Moves the expiry if it is time; answers whether it did.
    pub fn renew(&mut self, now: f64, ttl_seconds: f64) -> bool {
        let renews =
            ttl_seconds != self.ttl_seconds || model::renews(now, self.renewed_at, ttl_seconds);
        if renews {
            self.ttl_seconds = ttl_seconds;
            self.renewed_at = now;
            self.expires_at = now + ttl_seconds * 1_000.0;
        }
        renews
    }

    // Counts a line that takes the place of another, or of none.
    fn count(&mut self, old: Option<u32>, new: u32) -> Result<(), CartError> {
        let lines = self.lines + u32::from(old.is_none());
        let bytes = self.bytes - old.unwrap_or(0) + new;
        if lines > MAX_LINES {
            return Err(CartError::TooManyLines);
        }
        if bytes > MAX_BYTES {
            return Err(CartError::TooLarge);
        }
        self.lines = lines;
        self.bytes = bytes;
        Ok(())
    }

    fn discount(&mut self, bytes: u32) {
        self.lines -= 1;
        self.bytes -= bytes;
    }
}

/// The version of a cart that is there, `None` when it is not or has expired. Renews the TTL.
///
/// # Errors
/// The storage failed; [`CartError::Forbidden`].
pub fn read(keeper: &mut dyn Keeper, terms: &Terms) -> Result<Option<f64>, Error> {
    let Some(mut header) = live(keeper, terms)? else {
        return Ok(None);
    };
    if header.renew(terms.now, terms.ttl_seconds) {
        let due = header.expires_at;
        arm(keeper, &mut header, due)?;
        keeper.save(&header)?;
    }
    Ok(Some(header.version))
}

fn live(keeper: &dyn Keeper, terms: &Terms) -> Result<Option<Header>, Error> {
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
fn admit(keeper: &mut dyn Keeper, terms: &Terms) -> Result<Result<Header, Outcome>, Error> {
    let header = keeper.header()?;
    let live = header.as_ref().filter(|header| header.is_live(terms.now));
    if let Some(header) = live {
        check_owner(header, terms.owner.as_deref())?;
    }
    if let Some(key) = &terms.key
        && header.is_some()
        && keeper.was_applied(key)?
    {
        let version = live.map_or(0.0, |header| header.version);
        return Ok(Err(Outcome {
            version,
            found: true,
        }));
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
        version: dead.version,
        alarm_at: dead.alarm_at,
        owner: terms.owner.clone(),
        ..Header::default()
    }))
}

fn finish(keeper: &mut dyn Keeper, mut header: Header, terms: &Terms) -> Result<Outcome, Error> {
    header.version += 1.0;
    header.renew(terms.now, terms.ttl_seconds);
    remember(keeper, terms, header.version)?;
    let due = header.expires_at;
    arm(keeper, &mut header, due)?;
    keeper.save(&header)?;
    Ok(Outcome {
        version: header.version,
        found: true,
    })
}

fn arm(keeper: &mut dyn Keeper, header: &mut Header, due: f64) -> Result<(), Error> {
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
    } else if header.ttl_seconds == 0.0 {
        // Deleted, not expired: a call that was retried must still find its key.
        keeper.keys_until()?.filter(|until| *until > now)
    } else {
        None
    };
    let Some(due) = due else {
        return Ok(true);
    };
    header.alarm_at = 0.0;
    arm(keeper, &mut header, due)?;
    keeper.save(&header)?;
    Ok(false)
}

// Forgetting goes through all keys, so not every change does it.
const FORGET_EVERY: f64 = 256.0;

fn remember(keeper: &mut dyn Keeper, terms: &Terms, version: f64) -> Result<(), Error> {
    if let Some(key) = &terms.key {
        keeper.remember(key, terms.key_until())?;
    }
    if version % FORGET_EVERY == 0.0 {
        keeper.forget(terms.now)?;
    }
    Ok(())
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
    if !found {
        let version = header.version;
        return Ok(Outcome { version, found });
    }
    finish(keeper, header, terms)
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

fn put(
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

fn bury(keeper: &mut dyn Keeper, header: Header, terms: &Terms) -> Result<Outcome, Error> {
    keeper.clear()?;
    let mut dead = Header {
        version: header.version + 1.0,
        expires_at: terms.now,
        alarm_at: header.alarm_at,
        ..Header::default()
    };
    remember(keeper, terms, dead.version)?;
    arm(keeper, &mut dead, terms.now + model::KEY_LIFE_MS)?;
    keeper.save(&dead)?;
    Ok(Outcome {
        version: 0.0,
        found: true,
    })
}

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
