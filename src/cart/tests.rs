//! The operations on a memory, against a plain model.

use proptest::prelude::*;

use super::call::{Call, Preconditions};
use super::change::Change;
use super::error::CartError;
use super::header::{MAX_BYTES, MAX_LINES};
use super::line::{Line, MAX_QUANTITY};
use super::memory::MemoryCart;
use super::operations;
use super::remembered::Key;
use super::storage::CartStorage;
use crate::error::Error;
use crate::protocol::call_time::MEMORY_MS;

pub(super) fn call_at(now: f64) -> Call {
    Call {
        now,
        ttl_seconds: 100.0,
        ..Call::default()
    }
}

pub(super) fn line(key: &str, qty: i32) -> Line {
    Line::new(key, &format!(r#"{{"id":"{key}"}}"#), qty, "{}")
}

pub(super) fn increment(key: &str, qty: i32) -> Change {
    Change::Increment {
        key: key.to_owned(),
        line: line(key, qty),
        keeps_tail: true,
    }
}

pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<CartError> {
    match result {
        Err(error) => error.of_room().copied(),
        _ => None,
    }
}

pub(super) fn quantities(cart: &MemoryCart) -> Vec<(String, i32)> {
    ["a", "b", "c", "d"]
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), cart.line(key).ok()??.qty)))
        .collect()
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Increment(usize, i32),
    Set(usize, i32),
    Remove(usize),
    /// Sends the step before once more, with its key.
    Again,
    Wait(f64),
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..4_usize, -3..6_i32).prop_map(|(key, qty)| Step::Increment(key, qty)),
        2 => (0..4_usize, -1..6_i32).prop_map(|(key, qty)| Step::Set(key, qty)),
        2 => (0..4_usize).prop_map(Step::Remove),
        2 => Just(Step::Again),
        1 => (0.0..150_000.0_f64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

pub(super) fn change_of(step: &Step) -> Option<Change> {
    let key = |n: usize| ["a", "b", "c", "d"].get(n).copied().unwrap_or("a");
    match step {
        Step::Increment(n, qty) => Some(increment(key(*n), *qty)),
        Step::Set(n, qty) => Some(Change::SetQty(key(*n).to_owned(), *qty)),
        Step::Remove(n) => Some(Change::Remove(key(*n).to_owned())),
        _ => None,
    }
}

/// What a cart should be: quantities that are 1 or more, gone after their TTL.
#[derive(Default)]
struct Plain {
    lines: Vec<(String, i32)>,
    expires_at: f64,
}

impl Plain {
    fn apply(&mut self, change: &Change, now: f64) {
        if self.expires_at <= now {
            self.lines.clear();
        }
        let (key, there) = match change {
            Change::Increment { key, .. } | Change::SetQty(key, _) | Change::Remove(key) => {
                (key, self.lines.iter().position(|(name, _)| name == key))
            }
        };
        let old = there.map_or(0, |n| self.lines[n].1);
        let new = match change {
            Change::Increment { line, .. } => old + line.qty,
            Change::SetQty(_, qty) if there.is_some() => *qty,
            Change::Remove(_) if there.is_some() => 0,
            _ => return,
        };
        self.lines.retain(|(name, _)| name != key);
        if new > 0 {
            self.lines.push((key.clone(), new));
            self.lines.sort();
        }
        self.expires_at = now + 100_000.0;
    }
}

proptest! {
    #[test]
    fn a_cart_is_what_a_plain_model_says(steps in steps()) {
        let (mut cart, mut plain, mut now) = (MemoryCart::default(), Plain::default(), 1e12);
        let mut last: Option<(Change, String, f64)> = None;
        for (n, step) in steps.iter().enumerate() {
            if let Step::Wait(ms) = step {
                now += ms;
            } else if let Some(change) = change_of(step) {
                let key = format!("key {n}");
                let sent = Call { key: Some(Key::Call(key.clone())), ..call_at(now) };
                let outcome = operations::change(&mut cart, std::slice::from_ref(&change), &sent);
                prop_assert!(outcome.is_ok());
                plain.apply(&change, now);
                if outcome.is_ok_and(|outcome| outcome.found) {
                    last = Some((change, key, now));
                }
            } else if let Some((change, key, at)) = &last {
                // Within its life a key is applied once, whatever happened since.
                if now - at < MEMORY_MS {
                    let sent = Call { key: Some(Key::Call(key.clone())), ..call_at(now) };
                    let _ = operations::change(&mut cart, std::slice::from_ref(change), &sent);
                }
            }
            let live = operations::read(&mut cart.clone(), &call_at(now)).is_ok_and(|version| version.is_some());
            let expected = if plain.expires_at > now { plain.lines.clone() } else { Vec::new() };
            // The TTL may be up to 1 % shorter than the model's, which renews it with every change.
            if live || plain.expires_at - now > 1_000.0 {
                prop_assert_eq!(if live { quantities(&cart) } else { Vec::new() }, expected);
            }
        }
    }

    #[test]
    fn what_is_counted_is_what_is_there(steps in steps()) {
        let mut cart = MemoryCart::default();
        for change in steps.iter().filter_map(change_of) {
            let _ = operations::change(&mut cart, &[change], &call_at(0.0));
            let header = cart.header().ok().flatten().unwrap_or_default();
            let lines = quantities(&cart);
            prop_assert_eq!(header.lines as usize, lines.len());
            let bytes: u32 = lines.iter().map(|(key, qty)| line(key, *qty).bytes()).sum();
            prop_assert_eq!(header.bytes, bytes);
        }
    }

}

#[test]
fn limits() {
    let mut cart = MemoryCart::default();
    let changes: Vec<_> = (0..MAX_LINES)
        .map(|n| increment(&n.to_string(), 1))
        .collect();
    assert!(operations::change(&mut cart, &changes, &call_at(0.0)).is_ok());
    let more = operations::change(&mut cart, &[increment("one more", 1)], &call_at(0.0));
    assert_eq!(refusal(more), Some(CartError::TooManyLines));
    let most = operations::change(&mut cart, &[increment("1", MAX_QUANTITY)], &call_at(0.0));
    assert_eq!(refusal(most), Some(CartError::TooMany));
    let large = Change::Increment {
        key: "1".into(),
        line: Line::new("1", &"x".repeat(MAX_BYTES as usize), 1, "{}"),
        keeps_tail: true,
    };
    let large = operations::change(&mut cart, &[large], &call_at(0.0));
    assert_eq!(refusal(large), Some(CartError::TooLarge));
    assert_eq!(cart.line("1").ok().flatten().map(|line| line.qty), Some(1));
}

#[test]
fn versions_and_owners() {
    let mut cart = MemoryCart::default();
    let with = |if_version, owner: Option<&str>| Call {
        preconditions: Preconditions {
            if_version: Some(if_version),
            owner: owner.map(str::to_owned),
        },
        ..call_at(0.0)
    };
    let mut add = |call: &Call| operations::change(&mut cart, &[increment("a", 1)], call);
    assert_eq!(refusal(add(&with(1.0, None))), Some(CartError::Changed));
    assert!(add(&with(0.0, Some("me"))).is_ok());
    assert_eq!(refusal(add(&with(0.0, None))), Some(CartError::Changed));
    assert_eq!(
        refusal(add(&with(1.0, Some("you")))),
        Some(CartError::Forbidden)
    );
    assert!(add(&with(1.0, Some("me"))).is_ok());
    assert!(
        add(&with(2.0, None)).is_ok(),
        "a caller who names no owner is not asked"
    );
}

pub(super) fn filled() -> MemoryCart {
    let mut cart = MemoryCart::default();
    let _ = operations::change(&mut cart, &[increment("a", 1)], &call_at(0.0));
    cart
}

#[test]
fn a_version_does_not_come_again() {
    let mut cart = MemoryCart::default();
    let first = operations::change(&mut cart, &[increment("a", 1)], &call_at(1e12));
    let second = operations::change(&mut cart, &[increment("a", 1)], &call_at(2e12));
    let versions = [first, second].map(|outcome| outcome.map_or(0.0, |outcome| outcome.version));
    assert_eq!(versions, [1e12 + 1.0, 2e12 + 1.0]);
}
