//! TTLs. KV takes whole seconds from 60 on; users mean what they say, to the millisecond.

use thiserror::Error;

use crate::error::RoomError;
use crate::host::values::Shown;

/// The shortest `expirationTtl` KV takes, in seconds.
pub const MIN_KV_SECONDS: f64 = 60.0;

/// The longest `expirationTtl` KV takes, in seconds: 31 bits, 68 years.
const MAX_KV_SECONDS: f64 = 2_147_483_647.0;

/// The longest TTL: 100 years, in seconds. Longer ones leave what KV's clock can say.
pub const MAX_SECONDS: f64 = 3_155_760_000.0;

/// Why a TTL is refused: the argument that it is, in words, what it must be, and what was given.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("{what} must be {bounds}, not {given}")]
pub struct TtlError {
    /// The argument.
    pub what: &'static str,
    /// What it must be.
    pub bounds: Bounds,
    /// The number that it is.
    pub given: Shown,
}

/// What a TTL must be.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Bounds {
    /// It is NaN, an infinity, zero or less.
    #[error("a finite number of seconds above 0")]
    Positive,
    /// A TTL for KV itself that is not whole seconds from 60 on, or too long for it.
    #[error("whole seconds from 60 to 2147483647 (68 years), as KV has it")]
    Kvs,
    /// A moment that is not at least 60 seconds away.
    #[error("whole seconds since the epoch, at least 60 seconds from now")]
    Later,
    /// More than 100 years.
    #[error("at most 3155760000 seconds (100 years)")]
    Shorter,
}

impl Bounds {
    /// The error for an argument that is beyond them.
    pub const fn error(self, given: f64, what: &'static str) -> TtlError {
        TtlError {
            what,
            bounds: self,
            given: Shown(given),
        }
    }
}

impl RoomError for TtlError {
    fn code(&self) -> &'static str {
        "invalid_ttl"
    }
}

/// How a TTL is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// What KV gets: whole seconds, at least 60, never less than was asked for.
    pub kv_seconds: f64,
    /// The exact expiry in ms since the epoch, where KV keeps the entry for longer than asked.
    pub expires_at: Option<f64>,
}

/// Checks a TTL.
///
/// # Errors
/// [`TtlError`] for a TTL out of range.
pub fn check(seconds: f64, what: &'static str) -> Result<(), TtlError> {
    if !seconds.is_finite() || seconds <= 0.0 {
        return Err(Bounds::Positive.error(seconds, what));
    }
    if seconds > MAX_SECONDS {
        return Err(Bounds::Shorter.error(seconds, what));
    }
    Ok(())
}

/// Checks a TTL that may be for no time. Returns whether it is for some.
///
/// # Errors
/// [`TtlError`] for a TTL that is too long, or no number.
pub fn lasts(seconds: f64, what: &'static str) -> Result<bool, TtlError> {
    if seconds <= 0.0 {
        return Ok(false);
    }
    check(seconds, what).map(|()| true)
}

/// Checks an `expirationTtl` by KV's own rules.
///
/// # Errors
/// [`TtlError`] for what KV would refuse.
pub fn check_kv(seconds: f64) -> Result<(), TtlError> {
    let fits = (MIN_KV_SECONDS..=MAX_KV_SECONDS).contains(&seconds) && seconds.fract() == 0.0;
    if !fits {
        return Err(Bounds::Kvs.error(seconds, "expirationTtl"));
    }
    Ok(())
}

/// Checks an `expiration` (seconds since the epoch) by KV's own rules, at `now` in ms.
///
/// # Errors
/// [`TtlError`] for what KV would refuse.
pub fn check_moment(seconds: f64, now: f64) -> Result<(), TtlError> {
    let away = seconds - now / 1_000.0;
    if away.is_nan() || away < MIN_KV_SECONDS || seconds.fract() != 0.0 {
        return Err(Bounds::Later.error(seconds, "expiration"));
    }
    if away > MAX_SECONDS {
        return Err(Bounds::Shorter.error(away, "The time until expiration"));
    }
    Ok(())
}

/// Plans a TTL of `seconds`, which was checked, that begins at `now` (ms since the epoch).
pub fn plan(seconds: f64, now: f64) -> Plan {
    // Who means a century will not miss its last third.
    let kv_seconds = seconds.ceil().clamp(MIN_KV_SECONDS, MAX_KV_SECONDS);
    let expires_at = (kv_seconds > seconds).then(|| now + (seconds * 1_000.0).ceil());
    Plan {
        kv_seconds,
        expires_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_ttls_are_refused() {
        for seconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1.0] {
            let refused = check(seconds, "ttlSeconds").unwrap_err();
            assert_eq!(refused.bounds, Bounds::Positive);
        }
        let refused = check(MAX_SECONDS * 2.0, "ttlSeconds").unwrap_err();
        assert_eq!(refused.bounds, Bounds::Shorter);
        assert_eq!(check(MAX_SECONDS, "ttlSeconds"), Ok(()));
    }

    #[test]
    fn a_ttl_of_a_century_is_as_long_as_kv_can_keep() {
        let plan = plan(MAX_SECONDS, 0.0);
        assert_eq!((plan.kv_seconds, plan.expires_at), (MAX_KV_SECONDS, None));
        assert_eq!(check_kv(MAX_KV_SECONDS), Ok(()));
        assert!(check_kv(MAX_KV_SECONDS + 1.0).is_err());
    }

    #[test]
    fn a_short_ttl_is_exact_in_the_metadata() {
        let plan = plan(1.5, 10_000.0);
        assert_eq!(
            plan,
            Plan {
                kv_seconds: 60.0,
                expires_at: Some(11_500.0)
            }
        );
    }

    #[test]
    fn a_whole_ttl_from_60_seconds_needs_no_metadata() {
        assert_eq!(
            plan(60.0, 5.0),
            Plan {
                kv_seconds: 60.0,
                expires_at: None
            }
        );
        assert_eq!(plan(86_400.0, 5.0).expires_at, None);
    }

    #[test]
    fn kvs_own_rules() {
        for seconds in [59.0, 60.5, 0.0, -60.0, f64::NAN] {
            assert!(check_kv(seconds).is_err(), "{seconds}");
        }
        assert_eq!(check_kv(60.0), Ok(()));
        assert_eq!(check_moment(160.0, 100_000.0), Ok(()));
        for moment in [159.0, 160.5, -1.0, f64::NAN, f64::INFINITY] {
            assert!(check_moment(moment, 100_000.0).is_err(), "{moment}");
        }
    }

    proptest! {
        #[test]
        fn kv_never_drops_an_entry_early(seconds in 0.001..1e9_f64, now in 0.0..4e12_f64) {
            let plan = plan(seconds, now);
            prop_assert!(plan.kv_seconds >= 60.0);
            prop_assert_eq!(plan.kv_seconds, plan.kv_seconds.trunc());
            prop_assert!(plan.kv_seconds >= seconds);
            if let Some(expires_at) = plan.expires_at {
                prop_assert!(expires_at > now && expires_at <= now + plan.kv_seconds * 1_000.0);
            }
        }
    }
}
