//! Tests of calls that come late, again, or after somebody else's.

use super::call::{Call, Preconditions};
use super::change::Change;
use super::error::CartError;
use super::idempotency;
use super::line::MAX_QUANTITY;
use super::memory::MemoryCart;
use super::merge::{self, Begun};
use super::merge_tests::run_merge;
use super::operations;
use super::policy::Policy;
use super::remembered::Key;
use super::storage::CartStorage;
use super::tests::{call_at, filled, increment, line, quantities, refusal};

fn expecting(if_version: Option<f64>) -> Preconditions {
    let owner = None;
    Preconditions { if_version, owner }
}

#[test]
fn a_begin_that_is_made_again_does_not_empty_what_was_put_into_the_source_since() {
    let (mut from, mut into) = (filled(), MemoryCart::default());
    let version = from.header().ok().flatten().map(|header| header.version);
    let read = |if_version| Call {
        preconditions: expecting(if_version),
        ..call_at(0.0)
    };
    let begin = |from: &mut MemoryCart, if_version| {
        merge::begin_merge(from, "target", "id", &read(if_version)).map_err(|_| ())
    };
    assert_eq!(begin(&mut from, version), Ok(Begun::Merge("id".to_owned())));
    // The reply is lost. Another caller goes on with the merge, ends it, and adds a line to the source.
    run_merge(&mut from, &mut into, Policy::Sum, "another", 4);
    assert!(operations::change(&mut from, &[increment("b", 1)], &call_at(0.0)).is_ok());
    // The merge has ended, for clients of older versions too, which expect no version.
    assert_eq!(begin(&mut from, version), Ok(Begun::Nothing));
    assert_eq!(begin(&mut from, None), Ok(Begun::Nothing));
    // After that is forgotten, the version is another.
    let later = Call {
        now: 50_000.0,
        ..read(version)
    };
    let changed = merge::begin_merge(&mut from, "target", "other id", &later);
    assert!(matches!(changed, Ok(Begun::Changed(_))));
    assert_eq!(quantities(&from), [("b".to_owned(), 1)]);
}

fn call(key: &str, sent: f64) -> Call {
    Call {
        key: Some(Key::Call(key.to_owned())),
        ..call_at(0.0).sent(Some(sent))
    }
}

#[test]
fn a_copy_of_a_merge_that_was_refused_merges_nothing_before_it_is_given_up() {
    let mut cart = MemoryCart::default();
    let full = [increment("a", MAX_QUANTITY)];
    assert!(operations::change(&mut cart, &full, &call_at(0.0)).is_ok());
    let lines = [("a".to_owned(), line("a", 1))];
    let merge = |cart: &mut MemoryCart| {
        merge::merge_lines(cart, "id", &lines, Policy::Sum, call("id", 5.0))
    };
    assert_eq!(refusal(merge(&mut cart)), Some(CartError::TooMany));
    assert!(idempotency::refused(&mut cart, &call("id", 5.0), "limit_exceeded").is_ok());
    let less = [Change::SetQty("a".into(), 1)];
    assert!(operations::change(&mut cart, &less, &call_at(0.0)).is_ok());
    let copy = refusal(merge(&mut cart));
    assert_eq!(copy, Some(CartError::RefusedBefore("limit_exceeded")));
    assert_eq!(quantities(&cart), [("a".to_owned(), 1)]);
}

#[test]
fn a_refusal_that_no_state_can_turn_is_not_remembered() {
    let mut cart = MemoryCart::default();
    let first = operations::change(&mut cart, &[increment("a", 1)], &call_at(1e12));
    let version = first.map_or(0.0, |outcome| outcome.version);
    let remembers = |if_version| {
        let mut cart = cart.clone();
        let call = Call {
            preconditions: expecting(if_version),
            ..call("k", 5.0)
        };
        let refused = idempotency::refused(&mut cart, &call, "conflict");
        refused.is_ok() && cart.recall("r5 kk", 0.0).is_ok_and(|note| note.is_some())
    };
    assert!(!remembers(Some(version - 1.0)), "it has gone by");
    assert!(remembers(Some(version)), "refused by something else");
    assert!(remembers(Some(version + 1.0)), "it may come");
    assert!(remembers(Some(0.0)), "the cart may end");
    assert!(remembers(None));
}

#[test]
fn calls_that_move_no_version_are_forgotten_too_but_none_whose_copy_may_be_accepted() {
    let mut cart = filled();
    let nothing = [Change::Remove("not there".into())];
    let mut at = |n: u32, now: f64| {
        let key = Some(Key::Call(n.to_string()));
        let call = Call {
            ttl_seconds: 1e6,
            key,
            ..call_at(now)
        };
        assert!(operations::change(&mut cart, &nothing, &call).is_ok());
        cart.forget(now);
        (cart.bytes() - 1_000) / 100
    };
    let fresh = (0..3_000).map(|n| at(n, 0.0)).last();
    assert_eq!(fresh, Some(3_000), "all may come again");
    // Those of a minute and a half ago may come again still; those of seven minutes ago may not, and are too many.
    let later = (3_000..6_000).map(|n| at(n, 90_000.0)).last();
    assert_eq!(later, Some(6_000));
    let most = (6_000..9_000).map(|n| at(n, 430_000.0)).last().unwrap_or(0);
    assert!((6_000..=6_300).contains(&most), "{most}");
    let kept = (9_000..12_000)
        .map(|n| at(n, 99_999_000.0))
        .last()
        .unwrap_or(0);
    assert!((3_000..=3_300).contains(&kept), "{kept}");
}

#[test]
fn a_refused_call_stays_refused_and_one_that_found_nothing_finds_nothing() {
    let mut cart = filled();
    let sent = |key: &str, at| Call {
        key: Some(Key::Call(key.to_owned())),
        ..call_at(0.0).sent(Some(at))
    };
    assert!(merge::begin_merge(&mut cart, "b", "id", &call_at(0.0)).is_ok());
    let add =
        |cart: &mut MemoryCart, call: &Call| operations::change(cart, &[increment("a", 1)], call);
    assert_eq!(
        refusal(add(&mut cart, &sent("k", 5.0))),
        Some(CartError::Merging)
    );
    assert!(idempotency::refused(&mut cart, &sent("k", 5.0), "conflict").is_ok());
    assert!(merge::end_merge(&mut cart, "id", false, None, 0.0).is_ok());
    let copy = refusal(add(&mut cart, &sent("k", 5.0)));
    assert_eq!(copy, Some(CartError::RefusedBefore("conflict")));
    assert!(
        add(&mut cart, &sent("k", 6.0)).is_ok(),
        "the caller comes again"
    );
    let remove = |cart: &mut MemoryCart| {
        operations::change(cart, &[Change::Remove("b".into())], &sent("r", 7.0))
            .map(|outcome| outcome.found)
    };
    assert_eq!(remove(&mut cart).ok(), Some(false));
    assert!(operations::change(&mut cart, &[increment("b", 1)], &call_at(0.0)).is_ok());
    assert_eq!(remove(&mut cart).ok(), Some(false));
    assert_eq!(quantities(&cart).len(), 2);
}
