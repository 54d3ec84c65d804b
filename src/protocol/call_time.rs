//! When a call was made, on its object's clock. Pure.
//!
//! A call whose caller has given up may still arrive, also after newer ones, and twice. So each call that
//! writes says when it was made (`sent`), an object refuses one that is too late, and remembers what it did
//! for longer than a copy of that call can still be accepted. The time is by the caller's clock, which may be wrong:
//! an object that finds it too old replies its own time, and the caller makes the call again with that. A
//! time that is too new, by up to five minutes, makes the object remember for longer; one beyond that is refused alike.

/// Whether a call says when it was made. Any may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallTime {
    /// It changes something, and is known to its object by a key.
    Sent,
    /// The same, for a method that takes one more argument after it: classes of before do not know that one.
    SentBeforeLast,
    /// It reads, or names the logical timestamp or the version that it changes.
    Omitted,
}

use thiserror::Error;

use crate::error::RoomError;

/// An object refuses a call that was made longer ago than this, in ms.
pub const LATE_MS: f64 = 60_000.0;

/// The same for a check of a limit, which is worth nothing when it is old: an object remembers the newest 150 for
/// twice as long.
pub const CHECK_LATE_MS: f64 = 10_000.0;

/// An object refuses a call whose stamp is newer than its clock by more than this, in ms: the clock of a caller may be
/// ahead by as much, and what is made with it is remembered for as much longer.
pub const AHEAD_MS: f64 = 300_000.0;

/// For how long an object remembers a call, in ms: ten minutes. Callers may come again with a key of their own, and
/// a call whose time was five minutes too new may arrive when its time has come.
pub const MEMORY_MS: f64 = 600_000.0;

/// How old a call is, in ms, before it may be forgotten for want of room: an object's clock may go back.
pub const NEEDED_MS: f64 = 2.0 * LATE_MS;

/// What is remembered for [`MEMORY_MS`], and for no longer than this still, is of no call that can be accepted: it
/// may be forgotten for want of room.
pub const SPARE_MS: f64 = MEMORY_MS - AHEAD_MS - NEEDED_MS;

/// How often a call takes a new time after an object has refused it as too late.
pub const MAX_TIMES: u32 = 3;

/// Why an object does not make a call. It tells its time with the refusal.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Untimely {
    /// Its caller has given up, and what the object remembers of calls may not reach back to it.
    #[error("The call reached the object too late, and was not made")]
    Late,
    /// Nobody knows when it was made.
    #[error("The call was not made: its caller's clock is more than five minutes ahead")]
    Ahead,
}

impl RoomError for Untimely {
    fn code(&self) -> &'static str {
        "timeout"
    }

    fn retryable(&self) -> bool {
        true
    }
}

/// Checks when a call was made, at `now`, of a kind that is late after `late_ms`.
///
/// # Errors
/// [`Untimely`] when the call must not be made.
pub fn check(sent: f64, now: f64, late_ms: f64) -> Result<(), Untimely> {
    if sent > now + AHEAD_MS {
        return Err(Untimely::Ahead);
    }
    if now > sent + late_ms {
        return Err(Untimely::Late);
    }
    Ok(())
}

/// Until when an object remembers a call that it has made at `now`, `least_ms` at least.
pub fn remembered_until(now: f64, sent: Option<f64>, least_ms: f64) -> f64 {
    let last_copy = sent.unwrap_or(now).max(now) + NEEDED_MS;
    last_copy.max(now + least_ms)
}

/// What a caller adds to the time of a call that it has made with another time before, in ms. A copy with that one may
/// arrive when its time has come.
pub const RETIMED: f64 = 0.5;

/// Until when an object remembers a call whose key begins with [`OWN_KEY`]: its client makes no other call with it. That
/// is as long as a copy of it can be accepted, and a minute more.
pub fn own_until(now: f64, sent: Option<f64>) -> f64 {
    match sent {
        Some(sent) if sent.fract() == 0.0 => sent + NEEDED_MS,
        _ => remembered_until(now, sent, MEMORY_MS),
    }
}

/// Until when an object remembers the call of a key that has come at `now`: see [`own_until`].
pub fn key_until(key: &str, now: f64, sent: Option<f64>) -> f64 {
    if key.starts_with(OWN_KEY) {
        own_until(now, sent)
    } else {
        remembered_until(now, sent, MEMORY_MS)
    }
}

/// With what the keys begin that clients make themselves. Callers' keys are remembered for longer.
pub const OWN_KEY: char = '\u{1}';

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Whatever the caller's clock says: a copy that the object accepts finds the call remembered, also
        // when the object's clock goes back by a minute after it has forgotten.
        #[test]
        fn an_accepted_copy_finds_the_call(made in 0_u32..1_000_000, off in -60_000_i32..1_000_000, later in 0_u32..2_000_000) {
            let (now, sent) = (f64::from(made), f64::from(made) + f64::from(off));
            let until = remembered_until(now, Some(sent), 0.0);
            let copy = now + f64::from(later);
            let accepted = copy - LATE_MS <= sent + LATE_MS;
            prop_assert!(!accepted || copy <= until + LATE_MS);
        }
    }

    proptest! {
        // Whatever time an object accepts, also after its clock has gone back by half a minute.
        #[test]
        fn what_may_be_forgotten_is_of_no_call_that_is_accepted(made in 0_u32..1_000_000, off in -60_000_i32..=300_000, later in 0_u32..2_000_000) {
            let (now, sent) = (f64::from(made), f64::from(made) + f64::from(off));
            let until = remembered_until(now, Some(sent), MEMORY_MS);
            let forgets = now + f64::from(later);
            let may_forget = until <= forgets + SPARE_MS;
            prop_assert!(!may_forget || forgets - 30_000.0 > sent + LATE_MS);
        }
    }

    proptest! {
        // The same for a call whose key its client has made.
        #[test]
        fn an_accepted_copy_finds_its_clients_call(made in 0_u32..1_000_000, off in -60_000_i32..=300_000, later in 0_u32..2_000_000) {
            let (now, sent) = (f64::from(made), f64::from(made) + f64::from(off));
            let copy = now + f64::from(later);
            let accepted = copy - LATE_MS <= sent + LATE_MS;
            prop_assert!(!accepted || copy <= own_until(now, Some(sent)) + LATE_MS);
        }
    }

    #[test]
    fn a_call_is_made_within_its_time() {
        let now = 1_000_000.0;
        for sent in [now - LATE_MS, now, now + AHEAD_MS] {
            assert_eq!(check(sent, now, LATE_MS), Ok(()));
        }
        assert_eq!(
            check(now - LATE_MS - 1.0, now, LATE_MS),
            Err(Untimely::Late)
        );
        assert_eq!(
            check(now + AHEAD_MS + 1.0, now, LATE_MS),
            Err(Untimely::Ahead)
        );
        let old = now - CHECK_LATE_MS - 1.0;
        assert_eq!(check(old, now, CHECK_LATE_MS), Err(Untimely::Late));
    }

    #[test]
    fn a_key_of_a_client_is_remembered_for_as_long_as_a_caller_s_when_it_was_sent_with_another_time()
     {
        let until = |key, sent| key_until(key, 0.0, Some(sent));
        assert_eq!(until("\u{1}key", 7.0), 7.0 + NEEDED_MS);
        assert_eq!(until("\u{1}key", 7.0 + RETIMED), MEMORY_MS);
        assert_eq!(until("key", 7.0), MEMORY_MS);
        assert_eq!(key_until("\u{1}key", 0.0, None), MEMORY_MS);
    }

    #[test]
    fn a_callers_own_key_is_remembered_for_longer() {
        assert_eq!(remembered_until(0.0, None, 600_000.0), 600_000.0);
        assert_eq!(remembered_until(0.0, Some(-5.0), 0.0), NEEDED_MS);
        assert_eq!(
            remembered_until(0.0, Some(900_000.0), 600_000.0),
            900_000.0 + NEEDED_MS
        );
    }
}
