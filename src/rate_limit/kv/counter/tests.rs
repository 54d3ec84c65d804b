//! A counter by itself, and with a KV that loses, delays or refuses writes.

use super::*;
use crate::rate_limit::kv::schedule::ABANDONED_MS;
use proptest::prelude::*;

fn limit(limit: f64) -> Limit {
    Limit::new(limit, 60.0, 1.0).unwrap()
}

fn admit(counter: &mut Counter, times: usize) -> usize {
    (0..times)
        .filter(|_| counter.decide(&limit(5.0), 0.0).allowed)
        .count()
}

#[test]
fn five_of_fifty() {
    assert_eq!(admit(&mut Counter::begin(0.0, 60_000.0), 50), 5);
}

#[test]
fn what_others_wrote_counts_once() {
    let mut counter = Counter::begin(0.0, 60_000.0);
    assert_eq!(admit(&mut counter, 2), 2);
    counter.adopt(
        Some(Stored {
            count: 2.0,
            reset_at: 50_000.0,
        }),
        0.0,
    );
    let write = counter.to_write().unwrap();
    assert_eq!(
        write,
        Write {
            stored: Stored {
                count: 4.0,
                reset_at: 50_000.0
            },
            local: 2.0,
        }
    );
    counter.wrote(write, 0.0);
    // A stale read of before the write takes nothing back.
    counter.adopt(
        Some(Stored {
            count: 2.0,
            reset_at: 50_000.0,
        }),
        0.0,
    );
    assert_eq!(counter.to_write(), None);
    assert_eq!(admit(&mut counter, 50), 1);
}

#[test]
fn a_window_of_another_configuration_is_cut_and_corrected() {
    let mut counter = Counter::begin(0.0, 60_000.0);
    counter.adopt(
        Some(Stored {
            count: 9.0,
            reset_at: 3_600_000.0,
        }),
        0.0,
    );
    assert_eq!(
        counter.to_write().map(|write| write.stored),
        Some(Stored {
            count: 9.0,
            reset_at: 60_000.0
        })
    );
}

#[test]
fn a_window_is_cut_when_its_configuration_becomes_shorter_or_the_clock_goes_back() {
    let (limit, now) = (limit(5.0), 1_000.0);
    for (began, seconds) in [(0.0, 3_600.0), (3_600_000.0, 60.0)] {
        let before = Limit::new(5.0, seconds, 1.0).unwrap();
        let mut counter = Counter::begin(began, before.window_ms);
        assert_eq!(counter.decide(&before, began).remaining, 4.0);
        let write = counter.to_write().unwrap();
        counter.wrote(write, began);
        counter.end_sync(false);
        // Also by who was let in before, and has waited.
        assert_eq!(counter.clone().decide(&limit, now).reset_at, 61_000.0);
        counter.roll(now, 60_000.0);
        assert_eq!(counter.peek(&limit, now).reset_at, 61_000.0);
        // KV is told.
        let stored = Stored {
            count: 1.0,
            reset_at: 61_000.0,
        };
        assert_eq!(counter.to_write().map(|write| write.stored), Some(stored));
        // And if that is lost: the old end is none of the next window.
        counter.roll(61_000.0, 60_000.0);
        counter.adopt(Some(write.stored), 61_000.0);
        assert_eq!(counter.peek(&limit, 61_000.0).remaining, 5.0);
    }
}

#[test]
fn a_clock_that_goes_back_does_not_leave_the_key_to_others_for_longer() {
    let mut counter = Counter::begin(3_600_000.0, 60_000.0);
    counter.was_refused(3_600_000.0);
    counter.was_refused(3_600_000.0);
    assert!(counter.decide(&limit(5.0), 3_600_000.0).allowed);
    let write = counter.to_write().unwrap();
    counter.wrote(write, 3_600_000.0);
    counter.roll(0.0, 60_000.0);
    assert!(counter.turn_in(0.0) <= 20_000.0);
}

#[test]
fn a_cut_window_that_could_not_be_written_blocks_once() {
    let stored = Some(Stored {
        count: 9.0,
        reset_at: 3_600_000.0,
    });
    let mut counter = Counter::begin(0.0, 60_000.0);
    counter.adopt(stored, 0.0);
    assert!(!counter.decide(&limit(5.0), 0.0).allowed);
    counter.roll(60_000.0, 60_000.0);
    counter.adopt(stored, 60_000.0);
    assert!(counter.decide(&limit(5.0), 60_000.0).allowed);
}

#[test]
fn after_a_reset_the_old_window_is_void_and_a_new_one_counts() {
    let mut counter = Counter::voided(10_000.0);
    counter.roll(10_000.0, 60_000.0);
    counter.adopt(
        Some(Stored {
            count: 5.0,
            reset_at: 70_000.0,
        }),
        10_000.0,
    );
    assert_eq!(counter.peek(&limit(5.0), 10_000.0).remaining, 5.0);
    counter.adopt(
        Some(Stored {
            count: 3.0,
            reset_at: 71_000.0,
        }),
        11_000.0,
    );
    assert_eq!(counter.peek(&limit(5.0), 11_000.0).remaining, 2.0);
}

#[test]
fn one_sync_a_second_and_an_abandoned_one_is_replaced() {
    let mut counter = Counter::begin(0.0, 60_000.0);
    assert!(!counter.claim_sync(5_000.0), "the first is still under way");
    assert!(counter.claim_sync(ABANDONED_MS));
    counter.end_sync(false);
    assert!(!counter.claim_sync(ABANDONED_MS + 999.0));
    assert!(counter.claim_sync(ABANDONED_MS + SYNC_INTERVAL_MS));
}

#[test]
fn a_full_window_asks_kv_nothing_until_it_ends() {
    let mut counter = Counter::begin(0.0, 60_000.0);
    assert_eq!(admit(&mut counter, 2), 2);
    counter.adopt(
        Some(Stored {
            count: 5.0,
            reset_at: 60_000.0,
        }),
        0.0,
    );
    counter.end_sync(false);
    assert_eq!(counter.to_write(), None);
    assert!(!counter.is_dirty(1_000.0));
    assert!(!counter.claim_sync(59_999.0));
    counter.roll(60_000.0, 60_000.0);
    assert!(counter.claim_sync(60_000.0));
}

#[test]
fn a_larger_limit_on_the_same_key_goes_on_counting() {
    let mut counter = Counter::begin(0.0, 60_000.0);
    assert_eq!(admit(&mut counter, 50), 5);
    let write = counter.to_write().unwrap();
    counter.wrote(write, 0.0);
    assert!(counter.decide(&limit(9.0), 0.0).allowed);
    assert_eq!(counter.to_write().unwrap().stored.count, 6.0);
}

#[test]
fn who_reaches_the_limit_does_not_back_off() {
    let mut counter = Counter::begin(0.0, 60_000.0);
    (0..9).for_each(|_| counter.was_refused(0.0));
    assert_eq!(admit(&mut counter, 1), 1);
    counter.wrote(counter.to_write().unwrap(), 0.0);
    assert_eq!(counter.turn_in(1_000.0), 7_000.0);
    assert_eq!(admit(&mut counter, 3), 3);
    assert_eq!(counter.promise_flush(1_000.0), Some(7_000.0));
    assert_eq!(admit(&mut counter, 1), 1);
    assert_eq!(counter.turn_in(1_000.0), 0.0);
}

#[test]
fn those_who_write_one_key_take_turns() {
    const ISOLATES: usize = 10;
    let endless = Limit::new(1e9, 3_600.0, 1.0).unwrap();
    let mut crowd = vec![Counter::begin(0.0, 3_600_000.0); ISOLATES];
    crowd.iter_mut().for_each(|counter| counter.end_sync(false));
    let (mut kv, mut taken_at): (Option<Stored>, f64) = (None, 0.0);
    let (mut last_turn, mut longest) = ([0.0; ISOLATES], 0.0_f64);
    let (mut taken, mut refused) = (0, 0);
    for step in 0..5_000_u32 {
        let now = f64::from(step) * 40.0;
        let who = step as usize % ISOLATES;
        let counter = &mut crowd[who];
        counter.decide(&endless, now);
        // The first minute is for learning.
        let counts = now >= 60_000.0;
        if counts {
            longest = longest.max(now - last_turn[who]);
        }
        if !counter.claim_sync(now) {
            continue;
        }
        counter.adopt(kv, now);
        let write = counter.to_write().filter(|_| counter.turn_in(now) == 0.0);
        if write.is_some() && now - taken_at < SYNC_INTERVAL_MS {
            counter.was_refused(now);
            refused += i32::from(counts);
        } else if let Some(write) = write {
            counter.wrote(write, now);
            (kv, taken_at, last_turn[who]) = (Some(write.stored), now, now);
            taken += i32::from(counts);
        }
        counter.end_sync(false);
    }
    // In 140 seconds. All of them trying each second would be refused 1,260 times.
    assert!(taken >= 70, "KV's second stands idle: {taken} writes");
    assert!(refused <= 2 * taken, "{refused} refused, {taken} taken");
    assert!(longest <= 40_000.0, "no turn for {longest} ms");
}

proptest! {
    /// One isolate and KV that loses, delays or refuses writes: never more than the limit is
    /// admitted in a window, and with nothing else writing, never less.
    #[test]
    fn an_isolate_is_exact(
        steps in prop::collection::vec((0.0..1_500.0_f64, 1_u8..4, prop::option::of(any::<bool>())), 1..200),
    ) {
        let limit = |cost: f64| Limit::new(20.0, 5.0, cost).unwrap();
        let (mut now, mut kv): (f64, Option<Stored>) = (0.0, None);
        let mut counter = Counter::begin(now, 5_000.0);
        counter.end_sync(false);
        let mut window = (counter.window.ends_at(), 0.0);
        for (passed, cost, write) in steps {
            now += passed;
            counter.roll(now, 5_000.0);
            if counter.claim_sync(now) {
                counter.adopt(kv.filter(|kv| kv.reset_at > now), now);
                if let (Some(to_write), Some(stored)) = (counter.to_write(), write) {
                    if stored { kv = Some(to_write.stored); }
                    counter.wrote(to_write, now);
                }
                counter.end_sync(write.is_none());
            }
            if counter.window.ends_at() != window.0 { window = (counter.window.ends_at(), 0.0); }
            let cost = f64::from(cost);
            let decision = counter.decide(&limit(cost), now);
            prop_assert_eq!(decision.allowed, window.1 + cost <= 20.0);
            if decision.allowed { window.1 += cost; }
            prop_assert_eq!(decision.remaining, 20.0 - window.1);
        }
    }
}
