//! When a failed call is made again, and after how long. Pure.

/// How often a call is made at most, the first time included.
pub const MAX_ATTEMPTS: u32 = 4;

/// The longest pause before the second attempt, in ms; it doubles with each.
pub const BASE_PAUSE_MS: f64 = 50.0;

/// The longest pause, in ms.
pub const MAX_PAUSE_MS: f64 = 1_000.0;

/// What the runtime says of a failed call (Cloudflare's documentation of error handling in Durable
/// Objects): `retryable` is safe to repeat if the call is idempotent, `overloaded` must not be repeated,
/// `remote` was thrown by the object's own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// `error.retryable`.
    pub retryable: bool,
    /// `error.overloaded`.
    pub overloaded: bool,
    /// `error.remote`.
    pub remote: bool,
    /// The class has no such method, or no methods at all.
    pub other_class: bool,
    /// The handle threw a `TypeError`: it is no namespace.
    pub no_namespace: bool,
    /// It was called at module scope, where the runtime does no I/O.
    pub outside: bool,
    /// The Worker that exports the class does not run; on one machine Workers are started one by one.
    pub not_running: bool,
}

/// What is said of a call at module scope (`js/core/own_key.ts` says it too).
pub const OUTSIDE: &str = "was called outside of a request (see cause). Call it in a handler: at module scope a Worker can do no I/O";

impl Flags {
    /// From the bits of `failureFlags`.
    pub const fn from_bits(bits: u8) -> Self {
        Self {
            retryable: bits & 1 != 0,
            overloaded: bits & 2 != 0,
            remote: bits & 4 != 0,
            other_class: bits & 8 != 0,
            no_namespace: bits & 16 != 0,
            outside: bits & 32 != 0,
            not_running: bits & 64 != 0,
        }
    }
}

/// The pause in ms before the next attempt, if there is one: full jitter, `random` from [0, 1).
/// `attempts` have been made; `left_ms` of the time limit are left.
pub fn pause(flags: Flags, attempts: u32, left_ms: f64, random: f64) -> Option<f64> {
    let again = flags.retryable && !flags.overloaded;
    if !again || attempts >= MAX_ATTEMPTS {
        return None;
    }
    let longest = (BASE_PAUSE_MS * f64::from(1_u32 << (attempts - 1))).min(MAX_PAUSE_MS);
    let pause = longest * random;
    (pause < left_ms).then_some(pause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RETRYABLE: Flags = Flags::from_bits(1);

    #[test]
    fn what_is_never_made_again() {
        let next = |bits, attempts| pause(Flags::from_bits(bits), attempts, 5e3, 0.5);
        assert_eq!(next(1, 1), Some(25.0));
        assert_eq!(next(0, 1), None);
        assert_eq!(next(4, 1), None, "the object's own error");
        assert_eq!(next(1 | 2, 1), None, "overloaded");
        assert_eq!(next(1, MAX_ATTEMPTS), None);
    }

    #[test]
    fn a_pause_never_outlasts_the_time_limit() {
        assert_eq!(pause(RETRYABLE, 1, 20.0, 0.5), None);
        assert_eq!(pause(RETRYABLE, 1, 30.0, 0.5), Some(25.0));
    }

    proptest! {
        #[test]
        fn pauses_grow_and_are_bounded(attempts in 1..MAX_ATTEMPTS, random in 0.0..1.0) {
            let next = pause(RETRYABLE, attempts, 1e6, random);
            let pause = next.unwrap_or(f64::NAN);
            prop_assert!((0.0..MAX_PAUSE_MS).contains(&pause));
            prop_assert!(pause <= BASE_PAUSE_MS * f64::from(1_u32 << (attempts - 1)));
        }
    }
}
