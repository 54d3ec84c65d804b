//! What a cart consists of, and what keeps it: the object's SQLite, or a memory. Pure.

use super::model::{self, CartError, Line, MAX_BYTES, MAX_LINES};
use crate::error::Error;
use crate::protocol::call_time::{SPARE_MS, remembered_until};

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
    /// What was noted with a key that is remembered still; an older version noted nothing: then it is empty.
    ///
    /// # Errors
    /// As above.
    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error>;
    /// Remembers a key until a moment, with a note.
    ///
    /// # Errors
    /// As above.
    fn remember(&mut self, key: &str, until: f64, note: &str) -> Result<(), Error>;
    /// Sets the alarm.
    ///
    /// # Errors
    /// As above.
    fn set_alarm(&mut self, at: f64) -> Result<(), Error>;
    /// Until when the last key is needed; with `merges`, that of a merge for [`model::MERGE_LIFE_MS`] after it.
    ///
    /// # Errors
    /// As above.
    fn keys_until(&self, merges: bool) -> Result<Option<f64>, Error>;
    /// Forgets the keys whose time is over, and the oldest beyond [`model::MAX_KEYS`] of whose calls no copy can be
    /// accepted any more ([`SPARE_MS`]). The ends of merges go by their time alone.
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
    /// The idempotency key, as it is remembered.
    pub key: Option<String>,
    /// The version the caller has read; 0 for none.
    pub if_version: Option<f64>,
    /// Whom the caller acts for.
    pub owner: Option<String>,
    /// Whether `key` is the id of a merge.
    pub is_merge: bool,
    /// When the call was made, in ms on the object's clock as the caller knows it.
    pub sent: Option<f64>,
    /// What the call does: see [`model::fingerprint`].
    pub fingerprint: String,
}

impl Terms {
    /// Terms as a caller gives them.
    ///
    /// # Errors
    /// [`CartError`] for a TTL, key, version or owner that is none.
    pub fn new(
        now: f64,
        ttl_seconds: f64,
        key: Option<String>,
        if_version: Option<f64>,
        owner: Option<String>,
    ) -> Result<Self, CartError> {
        if let Some(key) = &key {
            model::check_key(key, CartError::BadIdempotencyKey)?;
        }
        if let Some(owner) = &owner {
            model::check_key(owner, CartError::BadOwner)?;
        }
        if if_version.is_some_and(|version| version.fract() != 0.0 || version < 0.0) {
            return Err(CartError::BadVersion);
        }
        Ok(Self {
            now,
            ttl_seconds: model::check_ttl(ttl_seconds)?,
            key: key.map(|key| call_key(&key)),
            if_version,
            owner,
            ..Self::default()
        })
    }

    /// The same for a call that was made at `sent`.
    pub const fn sent(mut self, sent: Option<f64>) -> Self {
        self.sent = sent;
        self
    }

    /// The same for a call that does this.
    pub fn doing(mut self, operation: &str, payload: &str) -> Self {
        self.fingerprint = model::fingerprint(operation, payload);
        self
    }

    /// The key of this call, should it be refused: its copies are as old as it is, a caller who comes again
    /// with the same idempotency key is not.
    pub fn refusal_key(&self) -> Option<String> {
        refusal_key(self.key.as_deref()?, self.sent?)
    }

    /// The same for a merge.
    ///
    /// # Errors
    /// [`CartError::BadIdempotencyKey`] for what is no id.
    pub fn of_merge(mut self, id: &str) -> Result<Self, CartError> {
        model::check_key(id, CartError::BadIdempotencyKey)?;
        self.is_merge = true;
        self.key = Some(merge_key(id));
        Ok(self)
    }

    // The id of a merge is remembered as long as the cart: the source may come again after days.
    pub(super) fn key_until(&self) -> f64 {
        if self.is_merge {
            model::MERGES_FROM + self.now
        } else {
            remembered_until(self.now, self.sent, model::KEY_LIFE_MS)
        }
    }
}

/// Under which key the refusal of a call is remembered: `key` as it is remembered, and when it was made.
pub fn refusal_key(key: &str, sent: f64) -> Option<String> {
    (sent.abs() < 9e15).then(|| ["r", &(sent as i64).to_string(), " ", key].concat())
}

// Keys of merges, of merges that have ended or were given up, and of other calls ("k") begin differently.
/// An idempotency key as it is remembered.
pub fn call_key(key: &str) -> String {
    ["k", key].concat()
}

/// Whether a remembered key is of a call that was applied, found nothing, or was refused: of no merge.
pub(super) fn is_of_call(key: &str) -> bool {
    key.starts_with(['k', 'r'])
}

/// Whether a key that is kept until then may be forgotten for want of room.
pub(super) fn is_spare(until: f64, now: f64) -> bool {
    until <= now + SPARE_MS
}

pub(super) fn merge_key(id: &str) -> String {
    ["m", id].concat()
}

pub(super) fn ended_key(id: &str) -> String {
    ["e", id].concat()
}

pub(super) fn given_up_key(id: &str) -> String {
    ["g", id].concat()
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

impl Change {
    /// The key of the line it changes.
    pub fn key(&self) -> &str {
        match self {
            Self::Increment { key, .. } | Self::SetQty(key, _) | Self::Remove(key) => key,
        }
    }
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
    /// Whether it has not expired.
    pub fn is_live(&self, now: f64) -> bool {
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

    /// Counts a line that takes the place of another, or of none.
    ///
    /// # Errors
    /// [`CartError`] when the cart would be too large.
    pub fn count(&mut self, old: Option<u32>, new: u32) -> Result<(), CartError> {
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

    /// Counts a line less, of so many bytes.
    pub fn discount(&mut self, bytes: u32) {
        self.lines -= 1;
        self.bytes -= bytes;
    }
}
