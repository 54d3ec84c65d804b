//! What an object of the auth storage holds and decides: one value with an expiry, or one counter,
//! and which mutations it has already applied. Pure.

use crate::kv::ttl::{self, TtlError};
use crate::protocol::call_time::remembered_until;

/// How long a mutation is remembered, so that one whose reply was lost can be made again.
pub const REMEMBER_MS: f64 = 600_000.0;

/// A counted call is remembered at least so long, also where its window ends before: twice the time
/// that a call may take by default, so that a retry is not counted in the next window as well.
pub const COUNT_GRACE_MS: f64 = 10_000.0;

/// How many mutations are remembered: older ones are forgotten before their time.
pub const MAX_REMEMBERED: u32 = 1_000;

/// What is remembered beyond [`MAX_REMEMBERED`] is deleted once in so many mutations.
pub const TRIM_EVERY: u32 = 250;

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
    ttl::check(seconds)?;
    Ok(now + (seconds * 1_000.0).ceil())
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
