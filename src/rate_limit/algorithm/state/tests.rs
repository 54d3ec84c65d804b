//! The meters against plain models that keep everything.

use super::*;
use crate::object::codec::{Reader, Writer};
use proptest::prelude::*;

const START: f64 = 1_790_000_000_000.0;

fn limit(limit: f64, window: f64, cost: f64, algorithm: Algorithm) -> Limit {
    Limit::new(limit, window, cost).unwrap().by(algorithm)
}

/// One step of a schedule: what happens, after how many ms, and at which cost.
#[derive(Clone, Copy, Debug)]
enum Act {
    Check,
    Penalize,
    Refund,
}

fn schedule(gap: u32) -> impl Strategy<Value = Vec<(Act, u32, u32)>> {
    let act = prop_oneof![
        6 => Just(Act::Check),
        1 => Just(Act::Penalize),
        1 => Just(Act::Refund),
    ];
    prop::collection::vec((act, 0..gap, 1_u32..4), 1..120)
}

/// Does to a state what an object does; returns whether the call was admitted.
fn act(state: &mut AlgorithmState, limit: &Limit, act: Act, now: f64) -> (bool, Verdict) {
    *state = state.clone().at(limit, now);
    match act {
        Act::Check => {
            let verdict = state.evaluate(limit, now);
            if verdict.decision.allowed {
                state.take(limit, now);
            }
            (verdict.decision.allowed, verdict)
        }
        Act::Penalize => {
            state.take(limit, now);
            (false, state.evaluate(limit, now))
        }
        Act::Refund => {
            state.give_back(limit);
            (false, state.evaluate(limit, now))
        }
    }
}

/// As it is after it was written and read.
fn stored(state: &AlgorithmState) -> AlgorithmState {
    let mut writer = Writer::default();
    state.write(&mut writer);
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(&bytes);
    let read = AlgorithmState::read(&mut reader);
    assert!(reader.finish().is_ok());
    read
}

proptest! {
    #[test]
    fn a_fixed_window_counts_what_plain_code_counts(steps in schedule(700)) {
        let (mut now, mut count, mut reset_at) = (START, 0.0_f64, START + 2_000.0);
        let mut state = AlgorithmState::new(&limit(5.0, 2.0, 1.0, Algorithm::FixedWindow), now);
        for (what, gap, cost) in steps {
            now += f64::from(gap);
            let cost = f64::from(cost);
            let of = limit(5.0, 2.0, cost, Algorithm::FixedWindow);
            if now >= reset_at {
                (count, reset_at) = (0.0, now + 2_000.0);
            }
            let fits = count + cost <= 5.0;
            let (allowed, verdict) = act(&mut state, &of, what, now);
            match what {
                Act::Check => {
                    prop_assert_eq!(allowed, fits);
                    if fits { count += cost; }
                }
                Act::Penalize => count += cost,
                Act::Refund => count = (count - cost).max(0.0),
            }
            prop_assert_eq!(state.used(now), count);
            prop_assert_eq!(verdict.decision.reset_at, reset_at);
        }
    }

    // Up to 64 moments: to the millisecond what a log that keeps everything says.
    #[test]
    fn a_sliding_window_is_an_exact_log(steps in schedule(700)) {
        let mut now = START;
        let mut log: Vec<(f64, f64)> = Vec::new();
        let mut state = AlgorithmState::new(&limit(5.0, 2.0, 1.0, Algorithm::SlidingWindow), now);
        for (what, gap, cost) in steps {
            now += f64::from(gap);
            let cost = f64::from(cost);
            let of = limit(5.0, 2.0, cost, Algorithm::SlidingWindow);
            log.retain(|(at, _)| at + 2_000.0 > now);
            let used = |log: &[(f64, f64)]| log.iter().map(|(_, cost)| cost).sum::<f64>();
            let fits = used(&log) + cost <= 5.0;
            let (allowed, verdict) = act(&mut state, &of, what, now);
            match what {
                Act::Check => {
                    prop_assert_eq!(allowed, fits);
                    if fits { log.push((now, cost)); }
                }
                Act::Penalize => log.push((now, cost)),
                Act::Refund => {
                    let mut left = cost;
                    while left > 0.0 && let Some(last) = log.last_mut() {
                        let part = left.min(last.1);
                        last.1 -= part;
                        left -= part;
                        if last.1 == 0.0 { log.pop(); }
                    }
                }
            }
            prop_assert_eq!(state.used(now), used(&log));
            if !verdict.decision.allowed {
                // At that moment, and not a millisecond earlier.
                let after = |at: f64| log.iter().filter(|(t, _)| t + 2_000.0 > at).map(|(_, c)| c).sum::<f64>();
                prop_assert!(after(verdict.retry_at) + cost <= 5.0);
                prop_assert!(after(verdict.retry_at - 1.0) + cost > 5.0);
            }
            state = stored(&state);
        }
    }

    // Beyond 64 moments: never too many in any stretch, and nobody waits a 64th of a window too long.
    #[test]
    fn a_long_log_is_rounded_to_the_safe_side(gaps in prop::collection::vec(0_u32..40, 300..600)) {
        let of = limit(100.0, 3.0, 1.0, Algorithm::SlidingWindow);
        let late = (3_000.0_f64 / 64.0).ceil();
        let mut now = START;
        let mut log: Vec<f64> = Vec::new();
        let mut state = AlgorithmState::new(&of, now);
        for gap in gaps {
            now += f64::from(gap);
            let within = |span: f64| log.iter().filter(|at| **at + span > now).count() as f64;
            let (exact, longer) = (within(3_000.0), within(3_000.0 + late));
            let (allowed, _) = act(&mut state, &of, Act::Check, now);
            prop_assert!(!allowed || exact < 100.0);
            prop_assert!(allowed || longer >= 100.0);
            if allowed { log.push(now); }
            let AlgorithmState::SlidingWindow(window) = stored(&state) else { unreachable!() };
            prop_assert!(window.len() <= 66);
            state = AlgorithmState::SlidingWindow(window);
        }
    }

    // Against a bucket that is filled millisecond by millisecond.
    #[test]
    fn a_token_bucket_refills_bit_by_bit(steps in schedule(700), size in 1_u32..8) {
        let size_f = f64::from(size);
        let (mut now, mut missing) = (START, 0_u64);
        let whole = u64::from(size) * 2_000;
        let mut state = AlgorithmState::new(&limit(size_f, 2.0, 1.0, Algorithm::TokenBucket), now);
        for (what, gap, cost) in steps {
            now += f64::from(gap);
            for _ in 0..gap { missing = missing.saturating_sub(u64::from(size)); }
            let cost = cost.min(size);
            let takes = u64::from(cost) * 2_000;
            let of = limit(size_f, 2.0, f64::from(cost), Algorithm::TokenBucket);
            let fits = missing + takes <= whole;
            let before = missing;
            let (allowed, verdict) = act(&mut state, &of, what, now);
            match what {
                Act::Check => {
                    prop_assert_eq!(allowed, fits);
                    if fits { missing += takes; }
                }
                Act::Penalize => missing = (missing + takes).min(2 * whole),
                Act::Refund => missing = missing.saturating_sub(takes),
            }
            prop_assert_eq!(state.used(now), missing.div_ceil(2_000) as f64);
            if matches!(what, Act::Check) && !fits {
                let wait = (verdict.retry_at - now) as u64;
                prop_assert!(before.saturating_sub(wait * u64::from(size)) + takes <= whole);
                prop_assert!(before.saturating_sub((wait - 1) * u64::from(size)) + takes > whole);
            }
        }
    }

    // Up to the largest limit and the longest window, against one that counts in 128 bits.
    #[test]
    fn a_token_bucket_is_exact_at_any_size(
        size in prop_oneof![0_u64..9, 1_u64..=1 << 53, (1_u64 << 53) - 9..1 << 53],
        window in prop_oneof![1_u64..90, 2_678_300_u64..=2_678_400],
        steps in prop::collection::vec((
            prop_oneof![6 => Just(Act::Check), 1 => Just(Act::Penalize), 1 => Just(Act::Refund)],
            prop_oneof![Just(0.0), 0.0..1e-9, 0.0..1.0, Just(1.0)],
            prop_oneof![Just(0.0), 0.0..1e-6, 0.0..0.2, 0.0..1.5],
        ), 1..40),
    ) {
        let size = size.min((1 << 53) - 1);
        let window_ms = u128::from(window) * 1_000;
        let whole = u128::from(size) * window_ms;
        let after = |missing: u128, ms: u128| missing.saturating_sub(ms * u128::from(size));
        let (mut now, mut missing) = (START, 0_u128);
        let of = |cost: u64| limit(size as f64, window as f64, cost as f64, Algorithm::TokenBucket);
        let mut state = AlgorithmState::new(&of(1), now);
        for (what, part, gap) in steps {
            let gap = (gap * window_ms as f64).floor();
            now += gap;
            missing = after(missing, gap as u128);
            let cost = ((size as f64 * part) as u64).clamp(1, (1 << 53) - 1);
            let takes = u128::from(cost) * window_ms;
            let before = missing;
            let fits = before + takes <= whole;
            let (allowed, verdict) = act(&mut state, &of(cost), what, now);
            match what {
                Act::Check => {
                    prop_assert_eq!(allowed, fits);
                    if fits { missing += takes; }
                }
                Act::Penalize => missing = (missing + takes).min(2 * whole),
                Act::Refund => missing = missing.saturating_sub(takes),
            }
            prop_assert_eq!(state.used(now), missing.div_ceil(window_ms) as f64);
            let full_in = (state.ends_at() - now) as u128;
            prop_assert_eq!(after(missing, full_in), 0);
            prop_assert!(full_in == 0 || after(missing, full_in - 1) > 0);
            if !verdict.decision.allowed && !of(cost).is_out_of_reach() {
                let wait = (verdict.retry_at - now) as u128;
                let left = |ms| after(missing, ms) + takes;
                prop_assert!(left(wait) <= whole && left(wait - 1) > whole);
            }
            state = stored(&state);
        }
    }

    // As it was kept before: what is missing, in units, the moment, the limit and the window.
    #[test]
    fn a_bucket_that_was_kept_in_units_is_read(missing in 0_u64..=600_000, later in 0_u64..130_000) {
        let mut writer = Writer::default();
        writer.byte(2);
        [missing as f64, START, 5.0, 60_000.0].into_iter().for_each(|part| writer.number(part));
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        let read = AlgorithmState::read(&mut reader);
        prop_assert!(reader.finish().is_ok());
        let now = START + later as f64;
        let left = missing.saturating_sub(later * 5).div_ceil(60_000);
        prop_assert_eq!(read.used(now), left as f64);
        prop_assert_eq!(read.ends_at(), START + missing.div_ceil(5) as f64);
    }

    // Whatever the clock, the configuration and the algorithm do: no panic, no NaN, and nobody is kept
    // out for longer than two windows of today.
    #[test]
    fn nothing_breaks_and_an_end_is_in_sight(
        steps in prop::collection::vec(
            (-100_000_i32..100_000, 0_u32..50, 1_u32..90, 0_u8..3, 1_u32..70, 0_u8..3), 1..60,
        ),
    ) {
        let mut now = START;
        let mut state = AlgorithmState::new(&limit(5.0, 2.0, 1.0, Algorithm::FixedWindow), now);
        for (gap, size, window, algorithm, cost, what) in steps {
            now += f64::from(gap);
            let of = limit(f64::from(size), f64::from(window), f64::from(cost), Algorithm::numbered(algorithm));
            let what = [Act::Check, Act::Penalize, Act::Refund][usize::from(what)];
            let (_, verdict) = act(&mut state, &of, what, now);
            prop_assert!(verdict.retry_at >= now);
            prop_assert!(verdict.retry_at <= now + 2.0 * of.window_ms);
            prop_assert!(state.ends_at() <= now + 2.0 * of.window_ms);
            prop_assert!((0.0..=of.limit).contains(&verdict.decision.remaining));
            if of.is_out_of_reach() {
                prop_assert!(!verdict.decision.allowed);
                prop_assert_eq!(verdict.retry_at, now + of.window_ms);
            }
            state = stored(&state);
        }
    }

    // A change of the algorithm gives nothing away and takes nothing.
    #[test]
    fn what_was_used_stays_used(from in 0_u8..3, to in 0_u8..3, used in 1_u32..=5) {
        let of = |algorithm, cost| limit(5.0, 60.0, cost, Algorithm::numbered(algorithm));
        let mut state = AlgorithmState::new(&of(from, 1.0), START);
        state.take(&of(from, f64::from(used)), START);
        let changed = state.at(&of(to, 1.0), START);
        prop_assert_eq!(changed.used(START), f64::from(used));
        prop_assert!(changed.ends_at() <= START + 60_000.0);
        let later = changed.at(&of(to, 1.0), START + 60_000.0);
        prop_assert_eq!(later.used(START + 60_000.0), 0.0);
    }
}

#[test]
fn twice_the_limit_passes_a_fixed_window_and_not_a_sliding_one() {
    let burst = |algorithm| {
        let of = limit(5.0, 60.0, 1.0, algorithm);
        let mut state = AlgorithmState::new(&of, START);
        let mut admitted = 0;
        act(&mut state, &of, Act::Check, START);
        for now in [START + 59_999.0, START + 60_000.0] {
            for _ in 0..9 {
                admitted += u32::from(act(&mut state, &of, Act::Check, now).0);
            }
        }
        admitted
    };
    assert_eq!(burst(Algorithm::FixedWindow), 9);
    assert_eq!(burst(Algorithm::SlidingWindow), 5);
    assert_eq!(burst(Algorithm::TokenBucket), 5);
}

#[test]
fn a_clock_that_goes_back_forgets_nothing_and_adds_nothing() {
    for number in 0..3 {
        let of = limit(5.0, 60.0, 3.0, Algorithm::numbered(number));
        let mut state = AlgorithmState::new(&of, START);
        state.take(&of, START);
        let back = START - 3_600_000.0;
        assert!(state.needs_rebase(&of, back));
        let seen = state.at(&of, back);
        assert_eq!(seen.used(back), 3.0);
        assert!(!seen.needs_rebase(&of, back));
        assert!(seen.ends_at() <= back + 60_000.0);
    }
}

#[test]
fn a_fresh_limit_answers_all_of_it() {
    for number in 0..3 {
        let of = limit(5.0, 60.0, 1.0, Algorithm::numbered(number));
        let verdict = AlgorithmState::new(&of, START)
            .at(&of, START)
            .evaluate(&of, START);
        assert!(verdict.decision.allowed);
        assert_eq!(verdict.decision.remaining, 5.0);
        let whole = if number == 0 { 60_000.0 } else { 0.0 };
        assert_eq!(verdict.decision.reset_at, START + whole);
    }
}
