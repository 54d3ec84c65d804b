//! What an object of the session class decides. Pure: `now` is the object's clock, in ms.
//!
//! A customer's object gives each `set` and each revocation a *logical timestamp*: its clock, but never the same
//! twice and never less than before. What happened first has the smaller one, whatever became of the
//! calls on their way. In storage and in what is sent it is called `tick`, which must stay.

use crate::session::policy::{FILL_WITHIN_MS, PUT_WITHIN_MS};

/// How many revoked tokens of one user are kept apart. One more, and all that was cached for the
/// user before is refused instead: its sessions are loaded again.
pub const MAX_TOKENS: usize = 64;

/// How many users one token can have been cached for.
pub const MAX_OWNERS: usize = 8;

/// How long a token's own revocation is remembered: until no fill can be under way that read before it.
pub const TOKEN_REMEMBERED_MS: f64 = 2.0 * FILL_WITHIN_MS;

/// The next timestamp after `last`, if there was one.
pub fn next_timestamp(now: f64, last: Option<f64>) -> f64 {
    last.map_or(now, |last| now.max(last + 1.0))
}

/// What becomes of a `put`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is stored.
    Store,
    /// A later `set` of the same session was faster: this one counts as overwritten.
    Superseded,
    /// The customer's sessions were revoked since its timestamp, or the timestamp is too old to tell.
    Refuse,
}

/// Decides a `put` that has `timestamp`. `held`: the timestamp of the live record if it is the same customer's.
/// `tombstone`: what the customer's revocation left here; smaller timestamps are refused.
pub fn put(now: f64, timestamp: f64, held: Option<f64>, tombstone: Option<f64>) -> Put {
    let current = now - timestamp <= PUT_WITHIN_MS;
    if !current || tombstone.is_some_and(|tombstone| timestamp < tombstone) {
        Put::Refuse
    } else if held.is_some_and(|held| timestamp < held) {
        Put::Superseded
    } else {
        Put::Store
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::policy::is_settled;
    use proptest::prelude::*;

    #[test]
    fn a_put_is_refused_behind_a_tombstone_and_when_it_is_late() {
        assert_eq!(put(1_000.0, 990.0, None, None), Put::Store);
        assert_eq!(put(1_000.0, 990.0, None, Some(991.0)), Put::Refuse);
        assert_eq!(put(1_000.0, 991.0, None, Some(991.0)), Put::Store);
        assert_eq!(put(31_000.0, 1_000.0, None, None), Put::Store);
        assert_eq!(put(31_001.0, 1_000.0, None, None), Put::Refuse);
        assert_eq!(put(f64::NAN, 1_000.0, None, None), Put::Refuse);
    }

    #[test]
    fn a_put_that_a_later_one_overtook_changes_nothing() {
        assert_eq!(put(1_000.0, 990.0, Some(995.0), None), Put::Superseded);
        assert_eq!(put(1_000.0, 995.0, Some(995.0), None), Put::Store);
    }

    proptest! {
        #[test]
        fn timestamps_grow_whatever_the_clock_does(moments in prop::collection::vec(0_u32..1_000, 1..50)) {
            let mut last = None;
            for now in moments {
                let next = next_timestamp(f64::from(now), last);
                prop_assert!(next >= f64::from(now));
                prop_assert!(last.is_none_or(|last| next > last));
                last = Some(next);
            }
        }

        // The promise behind pruning: clocks may differ by up to 30 s.
        #[test]
        fn no_put_is_stored_after_its_entry_may_be_dropped(
            timestamp in 0.0..1e6,
            later in 0.0..2e5,
            skew in -30_000.0..30_000.0,
        ) {
            let customers = timestamp + later;
            if is_settled(customers, timestamp) {
                prop_assert_eq!(put(customers + skew, timestamp, None, None), Put::Refuse);
            }
        }
    }
}
