//! What is held, counted and remembered, and what is refused.

use proptest::prelude::*;

use super::argument::check_key;
use super::counter::*;
use super::error::AuthStorageError;
use super::model::*;
use crate::error::RoomError;
use crate::protocol::call_time::MEMORY_MS;

const NOW: f64 = 1_800_000_000_000.0;

fn counter(count: i64, expires_at: f64) -> Option<Counter> {
    Some(Counter {
        count,
        expires_at: Some(expires_at),
    })
}

#[test]
fn keys_are_bounded_in_bytes() {
    assert_eq!(check_key(0.0), Err(AuthStorageError::Key(0)));
    assert_eq!(check_key(1.0), Ok(()));
    assert_eq!(check_key(2_048.0), Ok(()));
    assert_eq!(check_key(2_049.0), Err(AuthStorageError::Key(2_049)));
}

#[test]
fn something_ends_at_its_expiry() {
    assert!(!expired(None, NOW));
    assert!(!expired(Some(NOW + 1.0), NOW));
    assert!(expired(Some(NOW), NOW));
}

#[test]
fn a_ttl_is_exact_and_bad_ones_are_refused() {
    assert_eq!(expiry(1.5, NOW), Ok(NOW + 1_500.0));
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
        assert!(expiry(seconds, NOW).is_err(), "{seconds}");
        assert!(increment(None, seconds, NOW).is_err(), "{seconds}");
    }
}

#[test]
fn a_counter_keeps_the_end_of_its_creation() {
    let first = increment(None, 10.0, NOW).unwrap();
    assert_eq!(Some(first), counter(1, NOW + 10_000.0));
    let second = increment(Some(first), 60.0, NOW + 5_000.0).unwrap();
    assert_eq!(Some(second), counter(2, NOW + 10_000.0));
    let stuck = increment(counter(MAX_COUNT, NOW), 60.0, NOW).unwrap();
    assert_eq!(stuck.count, MAX_COUNT);
}

#[test]
fn only_whole_numbers_are_counts() {
    assert_eq!(count_of("0"), Ok(0));
    assert_eq!(count_of("-3"), Ok(-3));
    assert_eq!(count_of("9007199254740991"), Ok(MAX_COUNT));
    for text in [
        "",
        " 1",
        "+1",
        "01",
        "1.0",
        "1e3",
        "{}",
        "9007199254740992",
        "99999999999999999999",
    ] {
        assert_eq!(count_of(text), Err(AuthStorageError::NotCounter), "{text}");
    }
}

#[test]
fn a_rule_admits_its_number_and_tells_the_rest_how_long_to_wait() {
    let rule = Rule {
        window: 10.0,
        max: 2.0,
    };
    let Ok(Verdict::Allowed(first)) = consume(None, rule, NOW) else {
        panic!("refused");
    };
    let Ok(Verdict::Allowed(second)) = consume(Some(first), rule, NOW + 1.0) else {
        panic!("refused");
    };
    let refused = |now| consume(Some(second), rule, now);
    assert_eq!(refused(NOW + 2.0), Ok(Verdict::Refused(10.0)));
    assert_eq!(refused(NOW + 9_999.0), Ok(Verdict::Refused(1.0)));
    assert_eq!(Rule { max: 0.0, ..rule }.admits(), Ok(false));
    assert_eq!(rule.admits(), Ok(true));
    for (window, max) in [
        (0.0, 1.0),
        (10.0, 0.0),
        (f64::NAN, 1.0),
        (10.0, -1.0),
        (10.0, f64::NAN),
        (f64::INFINITY, 1.0),
    ] {
        let verdict = consume(None, Rule { window, max }, NOW);
        assert_eq!(verdict, Err(AuthStorageError::Rule), "{window} {max}");
    }
}

#[test]
fn a_mutation_is_remembered_as_long_as_it_can_matter() {
    let until =
        |operation, expires_at| remember_until("key", operation, expires_at, None, NOW) - NOW;
    assert_eq!(until(Operation::Delete, None), MEMORY_MS);
    assert_eq!(until(Operation::Take, None), MEMORY_MS);
    assert_eq!(until(Operation::Set, None), MEMORY_MS);
    assert_eq!(until(Operation::Set, Some(NOW + 1e9)), MEMORY_MS);
    assert_eq!(until(Operation::Set, Some(NOW + 2e3)), 2e3);
    assert_eq!(until(Operation::Increment, Some(NOW + 2e3)), COUNT_GRACE_MS);
    assert_eq!(until(Operation::Consume, Some(NOW + 3e4)), 3e4);
}

#[test]
fn messages_quote_nothing_and_say_what_to_do() {
    let error = AuthStorageError::TooLarge(2_000_000);
    assert_eq!(error.code(), "value_too_large");
    assert!(error.to_string().contains("1048576"));
    assert!(
        AuthStorageError::Rule
            .to_string()
            .contains("{ window, max }")
    );
}

proptest! {
    // In any sequence of requests no window admits more than the rule says, nor fewer.
    #[test]
    fn a_window_admits_exactly_its_number(
        max in 1_u32..6,
        pauses in prop::collection::vec(0_u32..4_000, 1..60),
    ) {
        let rule = Rule { window: 10.0, max: f64::from(max) };
        let mut now = NOW;
        let mut found: Option<Counter> = None;
        let mut window: Option<(f64, u32)> = None;
        for pause in pauses {
            now += f64::from(pause);
            found = found.filter(|counter| !expired(counter.expires_at, now));
            window = window.filter(|(start, _)| now < start + 10_000.0);
            let admitted = window.map_or(0, |(_, admitted)| admitted);
            match consume(found, rule, now).unwrap() {
                Verdict::Allowed(next) => {
                    prop_assert!(admitted < max);
                    found = Some(next);
                    window = Some((window.map_or(now, |(start, _)| start), admitted + 1));
                }
                Verdict::Refused(seconds) => {
                    prop_assert_eq!(admitted, max);
                    let left = window.map(|(start, _)| (start + 10_000.0 - now) / 1_000.0);
                    prop_assert_eq!(Some(seconds), left.map(f64::ceil));
                }
            }
        }
    }
}
