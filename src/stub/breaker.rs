//! A breaker for each namespace: when several of its objects in a row have failed, calls that have a fallback use it at
//! once, and one call now and then probes whether objects answer again. Pure.

/// How many different objects must have failed, with no other call answered in between. So nobody opens it by
/// what becomes of an object of their own.
pub const OPENS_AFTER: usize = 3;

/// How long failures count, in ms.
pub const WITHIN_MS: f64 = 60_000.0;

/// How long after a failure, or after the last probe, the next call probes, in ms.
pub const PROBE_MS: f64 = 10_000.0;

/// What is known of one namespace.
#[derive(Clone, Copy, Debug, Default)]
pub struct Breaker {
    /// Hashes of the names of objects that have failed since `since`, one less than open it. 0 is none.
    failed: [u32; OPENS_AFTER - 1],
    since: f64,
    /// When the next call may probe. `None`: it is closed.
    probe_at: Option<f64>,
}

impl Breaker {
    /// Whether a call may be made: always, but while it is open only a probe.
    pub fn admits(&mut self, now: f64) -> bool {
        let Some(at) = self.probe_at else {
            return true;
        };
        // After a clock that went back it would be open for longer.
        let probes = now >= at || at - now > PROBE_MS;
        if probes {
            // Not by whether it ends: its request may be cancelled.
            self.probe_at = Some(now + PROBE_MS);
        }
        probes
    }

    /// An object has failed, by not answering or by not being reached. Returns whether that has opened it.
    pub fn failed(&mut self, object: u32, now: f64) -> bool {
        let was_open = self.probe_at.is_some();
        if !was_open {
            if (now - self.since).abs() > WITHIN_MS {
                *self = Self::default();
            }
            if self.failed.first() == Some(&0) {
                self.since = now;
            }
            let object = object.max(1);
            let mut places = self.failed.iter_mut();
            if let Some(place) = places.find(|of| **of == 0 || **of == object) {
                *place = object;
                return false;
            }
        }
        self.probe_at = Some(now + PROBE_MS);
        !was_open
    }

    /// An object has answered. Returns whether that has closed it.
    pub fn answered(&mut self) -> bool {
        let was_open = self.probe_at.is_some();
        *self = Self::default();
        was_open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for object in 1..=OPENS_AFTER as u32 {
            assert!(breaker.admits(0.0));
            assert_eq!(breaker.failed(object, 0.0), object == OPENS_AFTER as u32);
        }
        breaker
    }

    #[test]
    fn one_object_never_opens_it_nor_do_several_between_which_others_answer() {
        let mut breaker = Breaker::default();
        for now in 0..1_000 {
            assert!(!breaker.failed(7, f64::from(now)));
        }
        assert!(!breaker.failed(8, 1_000.0));
        assert!(!breaker.answered());
        assert!(!breaker.failed(9, 1_000.0));
        assert!(breaker.admits(1_000.0));
    }

    #[test]
    fn failures_that_lie_far_apart_do_not_add_up() {
        let mut breaker = Breaker::default();
        for object in 0..10 {
            assert!(!breaker.failed(object, f64::from(object) * (WITHIN_MS / 2.0 + 1.0)));
        }
    }

    #[test]
    fn while_it_is_open_one_call_in_a_while_probes() {
        let mut breaker = open();
        assert!(!breaker.admits(PROBE_MS - 1.0));
        assert!(breaker.admits(PROBE_MS));
        assert!(!breaker.admits(PROBE_MS), "one at a time");
        // The probe has hung for five seconds.
        assert!(!breaker.failed(0, PROBE_MS + 5_000.0));
        assert!(!breaker.admits(2.0 * PROBE_MS + 4_999.0));
        assert!(breaker.admits(2.0 * PROBE_MS + 5_000.0));
        assert!(breaker.answered());
        assert!(breaker.admits(2.0 * PROBE_MS + 5_000.0));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_keep_it_open() {
        let mut breaker = open();
        assert!(breaker.admits(-1.0));
        assert!(!breaker.admits(-1.0));
    }

    proptest! {
        // Whatever happens, a call goes out within two intervals, and one that is answered closes it.
        #[test]
        fn it_is_never_open_for_good(steps in prop::collection::vec((0..3, 0..5_u32, -2e4..2e4), 0..60)) {
            let (mut breaker, mut now) = (Breaker::default(), 1e9_f64);
            for (what, object, ms) in steps {
                let ms: f64 = ms;
                now += ms;
                match what {
                    0 => drop(breaker.admits(now)),
                    1 => drop(breaker.failed(object, now)),
                    _ => drop(breaker.answered()),
                }
            }
            prop_assert!(breaker.admits(now + 2.0 * PROBE_MS) || breaker.admits(now + 4.0 * PROBE_MS));
            breaker.answered();
            prop_assert!(breaker.admits(now));
        }
    }
}
