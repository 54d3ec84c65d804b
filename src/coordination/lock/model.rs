//! One lock: who holds it, until when, and its fence. Pure.
//!
//! The fence grows with every new holder, also when the object forgot the lock in between: it is at least
//! the time, and a lock is remembered for a minute after its end. So an older one could only come back if
//! the clock went back by more than a minute while the object was empty.

/// How long an ended lock is remembered, in ms.
pub const REMEMBERED_MS: f64 = 60_000.0;

/// A lock that is held, or was.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// Its holder's secret.
    pub holder: String,
    /// Larger than that of every holder before.
    pub fence: f64,
    /// From then on it is free.
    pub expires_at: f64,
    /// What `expires_at` was made from.
    pub ttl_ms: f64,
    /// The id of the call that released it; empty while it is held.
    pub released_by: String,
    /// When the call was made that extended it last, in ms; 0 if none did.
    pub extended_by: f64,
}

/// What an attempt to get a lock ends with.
#[derive(Clone, Debug, PartialEq)]
pub enum Attempt {
    /// It is the caller's.
    Held(Lock),
    /// It is somebody else's, for so many ms at most.
    Busy(f64),
}

impl Lock {
    /// Takes the lock if it is free and it is the caller's turn. Whoever holds it already gets the same again: a call
    /// that is made again after its reply was lost.
    pub fn acquire(
        known: Option<Self>,
        holder: &str,
        ttl_ms: f64,
        now: f64,
        in_turn: bool,
    ) -> Attempt {
        let last = match known {
            Some(lock) if lock.is_held(now) && lock.holder == holder => return Attempt::Held(lock),
            Some(lock) if lock.is_held(now) => return Attempt::Busy(lock.expires_at - now),
            _ if !in_turn => return Attempt::Busy(0.0),
            // A late copy of a call whose caller has released the lock since: nobody would release it again.
            Some(lock) if lock.holder == holder && !lock.released_by.is_empty() => {
                return Attempt::Busy(0.0);
            }
            Some(lock) => lock.fence,
            None => 0.0,
        };
        Attempt::Held(Self {
            holder: holder.to_owned(),
            fence: (last + 1.0).max(now),
            expires_at: now + ttl_ms,
            ttl_ms,
            released_by: String::new(),
            extended_by: 0.0,
        })
    }

    /// The same at `now`. A clock that went back would keep it for longer than its TTL from now.
    pub fn at(mut self, now: f64) -> Self {
        self.expires_at = self.expires_at.min(now + self.ttl_ms);
        self
    }

    /// Whether somebody holds it.
    pub fn is_held(&self, now: f64) -> bool {
        self.released_by.is_empty() && now < self.expires_at
    }

    /// Gives its holder another TTL from now; `None` for anybody else. A call that was made before the
    /// last one changes nothing: its holder relies on what that one has promised.
    pub fn extended(
        mut self,
        holder: &str,
        ttl_ms: f64,
        sent: Option<f64>,
        now: f64,
    ) -> Option<Self> {
        if !self.is_held(now) || self.holder != holder {
            return None;
        }
        let sent = sent.unwrap_or(self.extended_by);
        if sent < self.extended_by {
            return Some(self);
        }
        self.extended_by = sent;
        self.expires_at = now + ttl_ms;
        self.ttl_ms = ttl_ms;
        Some(self)
    }

    /// Whether `call`, or the attempt of it whose reply was lost, ends the holding of `holder`.
    pub fn release(&mut self, holder: &str, call: &str, now: f64) -> bool {
        if self.holder != holder {
            return false;
        }
        if self.is_held(now) {
            call.clone_into(&mut self.released_by);
            self.expires_at = now;
        }
        self.released_by == call
    }

    /// From when on it may be forgotten.
    pub fn forget_at(&self) -> f64 {
        self.expires_at.max(self.fence) + REMEMBERED_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: f64 = 1_790_000_000_000.0;

    fn held(attempt: Attempt) -> Lock {
        match attempt {
            Attempt::Held(lock) => lock,
            Attempt::Busy(ms) => panic!("busy for {ms} ms"),
        }
    }

    #[test]
    fn one_holder_at_a_time() {
        let lock = held(Lock::acquire(None, "a", 1_000.0, START, true));
        assert_eq!((lock.fence, lock.expires_at), (START, START + 1_000.0));
        let other = |now| Lock::acquire(Some(lock.clone()), "b", 1_000.0, now, true);
        assert_eq!(other(START + 1.0), Attempt::Busy(999.0));
        assert_eq!(held(other(START + 1_000.0)).fence, START + 1_000.0);
        // The reply was lost: the same again.
        let again = Lock::acquire(Some(lock.clone()), "a", 9_000.0, START + 5.0, true);
        assert_eq!(held(again), lock);
    }

    #[test]
    fn a_free_lock_is_for_whoever_has_waited_for_longest() {
        let attempt =
            |known, holder, in_turn| Lock::acquire(known, holder, 1_000.0, START, in_turn);
        assert_eq!(attempt(None, "new", false), Attempt::Busy(0.0));
        let lock = held(attempt(None, "first", true));
        let again = attempt(Some(lock.clone()), "first", false);
        assert_eq!(held(again), lock, "its reply was lost");
    }

    #[test]
    fn only_its_holder_extends_and_releases() {
        let mut lock = held(Lock::acquire(None, "a", 1_000.0, START, true));
        assert_eq!(lock.clone().extended("b", 5_000.0, None, START), None);
        let longer = lock
            .clone()
            .extended("a", 5_000.0, None, START + 999.0)
            .unwrap();
        assert_eq!((longer.fence, longer.expires_at), (START, START + 5_999.0));
        assert_eq!(
            lock.clone().extended("a", 5_000.0, None, START + 1_000.0),
            None
        );
        assert!(!lock.release("b", "call", START));
        assert!(lock.release("a", "call 1", START + 1.0));
        assert!(
            lock.release("a", "call 1", START + 2.0),
            "its reply was lost"
        );
        assert!(!lock.release("a", "call 2", START + 2.0));
        let next = held(Lock::acquire(Some(lock.clone()), "b", 1.0, START, true));
        assert_eq!(next.fence, START + 1.0);
        assert!(!lock.clone().release("a", "call", START + 1_000.0));
    }

    #[test]
    fn a_clock_that_went_back_keeps_nobody_out_for_longer_than_the_ttl() {
        let lock = held(Lock::acquire(None, "a", 1_000.0, START, true));
        let back = START - 3_600_000.0;
        let seen = lock.at(back);
        assert_eq!(
            Lock::acquire(Some(seen.clone()), "b", 1.0, back, true),
            Attempt::Busy(1_000.0)
        );
        let next = held(Lock::acquire(Some(seen), "b", 1.0, back + 1_000.0, true));
        assert_eq!(next.fence, START + 1.0);
    }

    #[test]
    fn a_forgotten_lock_is_a_minute_behind_the_next_fence() {
        let mut lock = held(Lock::acquire(None, "a", 1_000.0, START, true));
        assert_eq!(lock.forget_at(), START + 61_000.0);
        lock.release("a", "call", START + 10.0);
        assert_eq!(lock.forget_at(), START + 60_010.0);
        // Nothing is known, and the clock went back by less than that minute.
        let next = held(Lock::acquire(
            None,
            "b",
            1.0,
            lock.forget_at() - 59_999.0,
            true,
        ));
        assert!(next.fence > lock.fence);
    }

    proptest! {
        // Whoever comes and goes, and although an ended lock is forgotten: fences grow, and of two
        // holders' times the later begins when the earlier has ended.
        #[test]
        fn fences_grow(steps in prop::collection::vec((0_u8..4, 0_u8..3, 0_u32..90_000, 1_u32..60_000), 1..80)) {
            let mut now = START;
            let mut known: Option<Lock> = None;
            let (mut fence, mut free_at) = (0.0, START);
            for (who, what, gap, ttl) in steps {
                now += f64::from(gap);
                if known.as_ref().is_some_and(|lock| now >= lock.forget_at()) {
                    known = None;
                }
                let (holder, ttl) = (who.to_string(), f64::from(ttl));
                match what {
                    0 => {
                        let was_mine = known.as_ref().is_some_and(|l| l.is_held(now) && l.holder == holder);
                        if let Attempt::Held(lock) = Lock::acquire(known.clone().map(|l| l.at(now)), &holder, ttl, now, true) {
                            if !was_mine {
                                prop_assert!(lock.fence > fence);
                                prop_assert!(now >= free_at);
                                fence = lock.fence;
                            }
                            free_at = lock.expires_at;
                            known = Some(lock);
                        } else {
                            // Or it is a copy of a call whose caller has released it.
                            let released = known.as_ref().is_some_and(|l| l.holder == holder && !l.released_by.is_empty());
                            prop_assert!(now < free_at || released);
                        }
                    }
                    1 => if let Some(lock) = known.clone().and_then(|lock| lock.extended(&holder, ttl, None, now)) {
                        free_at = lock.expires_at;
                        known = Some(lock);
                    },
                    _ => if let Some(lock) = &mut known && lock.release(&holder, &now.to_string(), now) {
                        free_at = now;
                    },
                }
            }
        }
    }
}
