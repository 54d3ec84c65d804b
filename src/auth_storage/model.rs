//! What an object of the auth storage holds and decides: one value with an expiry, or one counter,
//! and which mutations it has already applied. Pure.

use crate::kv::ttl::{self, TtlError};
use crate::protocol::call_time::{MEMORY_MS, key_until};

/// What its methods are given, in messages.
pub const TTL: &str = "ttl";

/// A counted call is remembered at least so long, also where its window ends before: twice the time
/// that a call may take by default, so that a retry is not counted in the next window as well.
pub const COUNT_GRACE_MS: f64 = 10_000.0;

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
    /// By the method of the object's class.
    pub fn named(method: &str) -> Option<Self> {
        [
            Self::Get,
            Self::Set,
            Self::Delete,
            Self::Take,
            Self::Increment,
            Self::Consume,
        ]
        .into_iter()
        .find(|operation| operation.method() == method)
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

/// Whether something that ends at `expires_at` has ended.
pub fn expired(expires_at: Option<f64>, now: f64) -> bool {
    expires_at.is_some_and(|at| at <= now)
}

/// The expiry of what begins now and has a TTL.
///
/// # Errors
/// [`TtlError`] for a TTL out of range.
pub fn expiry(seconds: f64, now: f64) -> Result<f64, TtlError> {
    ttl::check(seconds, TTL)?;
    Ok(now + (seconds * 1_000.0).ceil())
}

/// How long a mutation is remembered that left behind what ends at `expires_at`.
pub fn remember_until(
    key: &str,
    operation: Operation,
    expires_at: Option<f64>,
    sent: Option<f64>,
    now: f64,
) -> f64 {
    if sent.is_some() {
        return key_until(key, now, sent);
    }
    let most = now + MEMORY_MS;
    let least = match operation {
        Operation::Increment | Operation::Consume => now + COUNT_GRACE_MS,
        // A set that comes again after its own expiry sets what is over within the retry's time.
        _ => now,
    };
    // `clamp` can panic with the floats in its message, and formatting those weighs 20 KB.
    expires_at.unwrap_or(most).max(least).min(most)
}
