//! What an object of the auth storage holds and decides: one value with an expiry, or one counter,
//! and which mutations it has already applied. Pure.

use thiserror::Error;

use crate::error::RoomError;

use crate::protocol::call_time::remembered_until;

use crate::kv::ttl::{self, TtlError};

/// The longest key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: f64 = 2_048.0;

/// The largest value, in bytes of UTF-8. A row of an object's SQLite takes 2 MB.
pub const MAX_VALUE_BYTES: f64 = 1_048_576.0;

/// The longest idempotency key, in UTF-16 units.
pub const MAX_IDEMPOTENCY_KEY: u32 = 128;

/// How long a mutation is remembered, so that one whose reply was lost can be made again.
pub const REMEMBER_MS: f64 = 600_000.0;

/// A counted call is remembered at least so long, also where its window ends before: twice the time
/// that a call may take by default, so that a retry is not counted in the next window as well.
pub const COUNT_GRACE_MS: f64 = 10_000.0;

/// How many mutations are remembered: older ones are forgotten before their time.
pub const MAX_REMEMBERED: u32 = 1_000;

/// What is remembered beyond [`MAX_REMEMBERED`] is deleted once in so many mutations.
pub const TRIM_EVERY: u32 = 250;

/// The largest count: the largest whole number that JavaScript has exactly.
const MAX_COUNT: i64 = 9_007_199_254_740_991;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum AuthStorageError {
    /// No key, or one that is too long.
    #[error("the key must have 1 to 2048 bytes of UTF-8, and has {0}")]
    Key(u64),
    /// Not a text that can be an idempotency key.
    #[error("the idempotency key must be a string of 1 to 128 characters")]
    IdempotencyKey,
    /// An idempotency key that was used for another operation.
    #[error("the idempotency key was used for another operation: use a new one for each call")]
    KeyReused,
    /// Not text.
    #[error("the value must be a string")]
    NotText,
    /// Text that UTF-8 cannot say.
    #[error("the value is not well-formed Unicode")]
    NotUnicode,
    /// A value beyond the limit; its size in bytes.
    #[error("the value has {0} bytes of UTF-8; the auth storage takes at most 1 MiB (1048576)")]
    TooLarge(u64),
    /// What stands under the key is no count.
    #[error("what stands under the key is no counter, so it cannot be incremented")]
    NotCounter,
    /// A rule out of range.
    #[error("a rule is {{ window, max }}: seconds above 0, and a number of requests")]
    Rule,
}

impl RoomError for AuthStorageError {
    fn code(&self) -> &'static str {
        match self {
            Self::Key(_) | Self::IdempotencyKey | Self::KeyReused => "invalid_key",
            Self::NotText | Self::NotUnicode | Self::NotCounter => "invalid_value",
            Self::TooLarge(_) => "value_too_large",
            Self::Rule => "invalid_limit",
        }
    }
}

/// What can be asked of an object, by the number under which a mutation is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Operation {
    /// `get`.
    Get = 0,
    /// `set`.
    Set = 1,
    /// `delete`.
    Delete = 2,
    /// `getAndDelete`.
    Take = 3,
    /// `increment`.
    Increment = 4,
    /// `consume`.
    Consume = 5,
}

impl Operation {
    /// The operation of a number.
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Set,
            2 => Self::Delete,
            3 => Self::Take,
            4 => Self::Increment,
            5 => Self::Consume,
            _ => Self::Get,
        }
    }

    /// The method of the object's class.
    pub const fn method(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Delete => "delete",
            Self::Take => "getAndDelete",
            Self::Increment => "increment",
            Self::Consume => "consume",
        }
    }
}

/// Checks the size of a key in bytes of UTF-8.
///
/// # Errors
/// [`AuthStorageError::Key`] for none, or too many.
pub fn check_key(bytes: f64) -> Result<(), AuthStorageError> {
    if (1.0..=MAX_KEY_BYTES).contains(&bytes) {
        Ok(())
    } else {
        Err(AuthStorageError::Key(bytes as u64))
    }
}

/// Whether something that ends at `expires_at` has ended.
pub fn expired(expires_at: Option<f64>, now: f64) -> bool {
    expires_at.is_some_and(|at| at <= now)
}

/// The expiry of what begins now and has a TTL.
///
/// # Errors
/// [`TtlError`] for a TTL out of range.
pub fn expiry(seconds: f64, now: f64) -> Result<f64, TtlError> {
    ttl::check(seconds)?;
    Ok(now + (seconds * 1_000.0).ceil())
}

/// A counter: a whole number, and when it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counter {
    /// What was counted.
    pub count: i64,
    /// When it ends; without an expiry it was set as a value.
    pub expires_at: Option<f64>,
}

/// The count that a stored text is.
///
/// # Errors
/// [`AuthStorageError::NotCounter`] for anything but a whole number as JavaScript writes it.
pub fn count_of(text: &str) -> Result<i64, AuthStorageError> {
    text.parse()
        .ok()
        .filter(|count: &i64| {
            count.unsigned_abs() <= MAX_COUNT.unsigned_abs() && count.to_string() == text
        })
        .ok_or(AuthStorageError::NotCounter)
}

/// Counts one. A new counter ends after `seconds`; one that is there keeps its end.
///
/// # Errors
/// [`TtlError`] for a TTL that is not above 0.
pub fn increment(found: Option<Counter>, seconds: f64, now: f64) -> Result<Counter, TtlError> {
    let ends = expiry(seconds, now)?;
    Ok(match found {
        Some(Counter { count, expires_at }) => Counter {
            count: (count + 1).min(MAX_COUNT),
            expires_at,
        },
        None => Counter {
            count: 1,
            expires_at: Some(ends),
        },
    })
}

/// A rule of better-auth's limiter: `max` requests in `window` seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// In seconds.
    pub window: f64,
    /// How many requests a window admits.
    pub max: f64,
}

impl Rule {
    /// Whether it admits anything at all: a rule that does not needs no object to say so.
    ///
    /// # Errors
    /// [`AuthStorageError::Rule`] for what is no rule.
    pub fn admits(self) -> Result<bool, AuthStorageError> {
        ttl::check(self.window).map_err(|_| AuthStorageError::Rule)?;
        if self.max.is_nan() || self.max < 0.0 {
            return Err(AuthStorageError::Rule);
        }
        Ok(self.max >= 1.0)
    }
}

/// What a rule says of one more request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It may go on; the counter as it is from now on.
    Allowed(Counter),
    /// It may not, for so many whole seconds; nothing is counted.
    Refused(f64),
}

/// Counts one request against a rule, if the rule admits it. A window begins with its first request.
///
/// # Errors
/// [`AuthStorageError::Rule`] for what is no rule, or admits nothing.
pub fn consume(found: Option<Counter>, rule: Rule, now: f64) -> Result<Verdict, AuthStorageError> {
    if !rule.admits()? {
        return Err(AuthStorageError::Rule);
    }
    let next = increment(found, rule.window, now).map_err(|_| AuthStorageError::Rule)?;
    if next.count as f64 <= rule.max {
        return Ok(Verdict::Allowed(next));
    }
    let left = found
        .and_then(|counter| counter.expires_at)
        .map_or(rule.window, |at| (at - now) / 1_000.0);
    Ok(Verdict::Refused(left.ceil().max(1.0)))
}

/// How long a mutation is remembered that left behind what ends at `expires_at`.
pub fn remember_until(
    operation: Operation,
    expires_at: Option<f64>,
    sent: Option<f64>,
    now: f64,
) -> f64 {
    if sent.is_some() {
        // Keys are made by the client for one call: as long as a copy of that can come.
        return remembered_until(now, sent, REMEMBER_MS);
    }
    let most = now + REMEMBER_MS;
    let least = match operation {
        Operation::Increment | Operation::Consume => now + COUNT_GRACE_MS,
        // A set that comes again after its own expiry sets what is over within the retry's time.
        _ => now,
    };
    // `clamp` can panic with the floats in its message, and formatting those weighs 20 KB.
    expires_at.unwrap_or(most).max(least).min(most)
}

/// What an object keeps beside its value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Keeping {
    /// Whether there is a value.
    pub holds: bool,
    /// When the value ends; `None` for never.
    pub expires_at: Option<f64>,
    /// When the last mutation that is remembered may be forgotten.
    pub remembered_until: f64,
    /// When the alarm rings, if it is set.
    pub alarm_at: Option<f64>,
}

impl Keeping {
    /// When nothing is left to keep; `None` for never.
    pub fn ends(&self) -> Option<f64> {
        match (self.holds, self.expires_at) {
            (true, None) => None,
            (true, Some(at)) => Some(at.max(self.remembered_until)),
            (false, _) => Some(self.remembered_until),
        }
    }

    /// Where the alarm is to be set, if it must be moved: never later than the end. One that rings
    /// early sets the next, which costs less than moving it with each mutation.
    pub fn alarm(&self) -> Option<f64> {
        let ends = self.ends()?;
        self.alarm_at.is_none_or(|at| ends < at).then_some(ends)
    }
}

#[cfg(test)]
mod tests;
