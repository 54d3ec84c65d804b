//! When the data of a session was read that is about to be cached, so that what was revoked since is not. Pure.

use crate::session::policy::FILL_WITHIN_MS;

/// How much older a fill is taken to be than measured, in ms: clocks tell whole milliseconds, and an
/// object's clock may jump a little when the object moves to another machine.
pub const MARGIN_MS: f64 = 100.0;

/// What can be loaded again is not taken on the word of clocks when it was read within a day of a
/// revocation, in ms: then it counts only if the revocation was known before.
pub const CLEAR_MS: f64 = 86_400_000.0;

/// When the data of a fill was read, on this isolate's clock.
#[derive(Clone, Copy, Debug)]
pub struct FillStart {
    /// In ms since the epoch.
    pub at: f64,
    /// How much the cache of revocations had learned then; `None` where the moment was told by the caller.
    pub learned: Option<u64>,
    /// How much later than a revocation it must be on the object's clock, in ms.
    pub clear_ms: f64,
}

/// When data was read, on the object's clock, or a little earlier; `None` when it must not be cached, since
/// something may have been revoked since. `at`: the object's clock between the read and now; `took`: from the
/// read until now on this isolate's clock; `known`: whether `floor` was known before the read.
pub fn as_of(at: f64, took: f64, floor: f64, clear_ms: f64, known: bool) -> Option<f64> {
    let took = took.max(0.0);
    if took > FILL_WITHIN_MS {
        return None;
    }
    let as_of = at - took - MARGIN_MS;
    // Never revoked, as far as the object remembers.
    let clear = floor <= 0.0 || as_of > floor + clear_ms;
    if clear {
        return Some(as_of);
    }
    // Later than the floor, and earlier than whatever is revoked next.
    known.then_some(floor + 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_known_before_or_is_clear_is_served() {
        assert_eq!(as_of(11.0, 0.0, 10.0, 0.0, true), Some(10.5));
        assert_eq!(as_of(11.0, 0.0, 10.0, 0.0, false), None);
        assert_eq!(as_of(111.0, 0.0, 10.0, 0.0, false), Some(11.0));
        let day_later = 10.0 + CLEAR_MS + MARGIN_MS;
        assert_eq!(as_of(day_later, 0.0, 10.0, CLEAR_MS, false), None);
        let read_at = as_of(day_later + 1.0, 0.0, 10.0, CLEAR_MS, false);
        assert_eq!(read_at, Some(11.0 + CLEAR_MS));
        assert_eq!(as_of(50.0, 0.0, 0.0, CLEAR_MS, false), Some(-50.0));
        assert_eq!(as_of(1e9, FILL_WITHIN_MS + 1.0, 0.0, 0.0, true), None);
    }

    proptest! {
        // All in the object's real time: read, revoked, asked, answered; clocks tell whole ms, and the
        // Worker's differs by any amount. A fill that read before the revocation is never served.
        #[test]
        fn no_fill_from_before_a_revocation_is_served(
            read in 1e6..2e6,
            gaps in prop::array::uniform3(0.0..500.0),
            revoked_when in 0..3,
            skew in -1e9..1e9,
        ) {
            let ([a, b, c], read, skew): ([f64; 3], f64, f64) = (gaps, read, skew);
            let (asked, answered) = (read + a, read + a + b);
            let took = (answered + skew).floor() - (read + skew).floor();
            let revoked: f64 = match revoked_when {
                0 => read + a / 2.0,
                1 => asked,
                _ => answered + c,
            };
            let timestamp = revoked.floor();
            // What is revoked after the object was asked is not in its reply.
            let (at, floor) = if revoked <= asked {
                (asked.floor().max(timestamp + 1.0), timestamp)
            } else {
                (asked.floor(), 0.0)
            };
            let timestamp = if revoked > asked { timestamp.max(at + 1.0) } else { timestamp };
            if let Some(as_of) = as_of(at, took, floor, 0.0, false) {
                prop_assert!(as_of <= timestamp, "{} > {}", as_of, timestamp);
            }
        }

        #[test]
        fn a_fill_that_read_well_after_a_revocation_is_served(
            revoked in 1e6..2e6,
            later in 102.0..1e5,
            took in 0.0..5_000.0,
        ) {
            let (revoked, later, took): (f64, f64, f64) = (revoked, later, took);
            let at = (revoked + later + took).floor();
            let as_of = as_of(at, took.floor(), revoked.floor(), 0.0, false);
            prop_assert!(as_of.is_some_and(|as_of| as_of > revoked.floor()));
        }
    }
}
