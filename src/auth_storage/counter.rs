//! A counter of the auth storage, and the rule of better-auth's limiter. Pure.

use super::error::AuthStorageError;
use super::model::expiry;
use crate::kv::ttl::{self, TtlError};

/// The largest count: the largest whole number that JavaScript has exactly.
pub const MAX_COUNT: i64 = 9_007_199_254_740_991;

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
        ttl::check(self.window, "window").map_err(|_| AuthStorageError::Rule)?;
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
