//! What a cart remembers of calls: under which keys, and for how long. Pure.

use crate::hash::of_call;
use crate::protocol::call_time::SPARE_MS;

/// How long the end of a merge is remembered at least, in its source and in a target that gave it up, in ms:
/// longer than a call of it can be under way.
pub const ENDED_LIFE_MS: f64 = 3_600_000.0;

/// How long a deleted cart remembers what was merged into it, in ms: 31 days.
pub const MERGE_LIFE_MS: f64 = 2_678_400_000.0;

/// How many calls a cart remembers at least, within their time; one whose copies may still be accepted is no
/// matter of number.
pub const MAX_CALLS: u32 = 1_000;

/// How many merges into a cart are remembered.
pub const MAX_MERGES: usize = 1_000;

/// For how long something is remembered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Retention {
    /// Until a moment, in ms since the epoch.
    Until(f64),
    /// As long as the cart, and for [`MERGE_LIFE_MS`] after a cart that was deleted; from this moment on.
    WithCart(f64),
}

impl Retention {
    /// Whether it is remembered still, as long as there is a cart.
    pub fn holds(self, now: f64) -> bool {
        match self {
            Self::Until(until) => until > now,
            Self::WithCart(_) => true,
        }
    }

    /// Whether it may be forgotten for want of room: no copy of its call can be accepted any more.
    pub fn is_spare(self, now: f64) -> bool {
        matches!(self, Self::Until(until) if until <= now + SPARE_MS)
    }
}

/// What makes a call the same call when it comes again.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// The idempotency key of a call.
    Call(String),
    /// The id of a merge.
    Merge(String),
}

impl Key {
    /// Under which key it is remembered that the call was made.
    pub fn of_call(&self) -> String {
        match self {
            Self::Call(key) => ["k", key].concat(),
            Self::Merge(id) => merge_key(id),
        }
    }

    /// Under which key it is remembered that the call was refused, if it was made at `sent`: its copies are as old
    /// as it is, a caller who comes again with the same key is not.
    pub fn of_refusal(&self, sent: f64) -> Option<String> {
        let (Self::Call(key) | Self::Merge(key)) = self;
        (sent.abs() < 9e15).then(|| ["r", &(sent as i64).to_string(), " k", key].concat())
    }
}

/// Whether a remembered key is of a call that was applied, found nothing, or was refused: of no merge.
pub fn is_of_call(key: &str) -> bool {
    key.starts_with(['k', 'r'])
}

/// Under which key a target remembers a merge that was done.
pub fn merge_key(id: &str) -> String {
    ["m", id].concat()
}

/// Under which key a source remembers a merge that has ended.
pub fn ended_key(id: &str) -> String {
    ["e", id].concat()
}

/// Under which key a target remembers a merge that was given up.
pub fn given_up_key(id: &str) -> String {
    ["g", id].concat()
}

/// Whether a remembered key is of a merge that was done.
pub fn is_merge(key: &str) -> bool {
    key.starts_with('m')
}

/// How many digits a fingerprint has.
pub const FINGERPRINT: usize = 8;

/// What tells two calls apart that carry the same key: half of the FNV-1a of what is done, in hexadecimal.
/// Preconditions are no part of it.
pub fn fingerprint(operation: &str, payload: &str) -> String {
    format!("{:08x}", of_call(operation, payload) >> 32)
}
