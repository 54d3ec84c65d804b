//! Merges on a memory, cut off anywhere and repeated.

use proptest::prelude::*;

use super::error::CartError;
use super::memory::MemoryCart;
use super::merge::{self, Begun};
use super::operations;
use super::policy::Policy;
use super::remembered::ENDED_LIFE_MS;
use super::storage::CartStorage;
use super::tests::{call_at, change_of, filled, increment, line, quantities, refusal, steps};
use crate::protocol::call_time::MEMORY_MS;

// The client's three steps, cut off before step `cut`.
pub(super) fn run_merge(
    from: &mut MemoryCart,
    into: &mut MemoryCart,
    policy: Policy,
    key: &str,
    cut: u8,
) {
    if cut == 0 {
        return;
    }
    let Ok(Begun::Merge(id)) = merge::begin_merge(from, "target", key, &call_at(0.0)) else {
        return;
    };
    let lines: Vec<_> = quantities(from)
        .into_iter()
        .map(|(key, qty)| (key.clone(), line(&key, qty)))
        .collect();
    if cut == 1 {
        return;
    }
    let merged = merge::merge_lines(into, &id, &lines, policy, call_at(0.0));
    assert!(merged.is_ok());
    if cut > 2 {
        assert!(merge::end_merge(from, &id, true, None, 0.0).is_ok());
    }
}

proptest! {
    #[test]
    fn a_merge_cut_off_anywhere_and_repeated_adds_once(
        guest in steps(),
        mine in steps(),
        cut in 0..4_u8,
        policy in prop_oneof![
            Just(Policy::Sum), Just(Policy::KeepTarget), Just(Policy::Replace), Just(Policy::Max)
        ],
    ) {
        let (mut from, mut into) = (MemoryCart::default(), MemoryCart::default());
        for (cart, steps) in [(&mut from, &guest), (&mut into, &mine)] {
            for change in steps.iter().filter_map(change_of) {
                let _ = operations::change(cart, &[change], &call_at(0.0));
            }
        }
        let (theirs, ours) = (quantities(&from), quantities(&into));
        run_merge(&mut from, &mut into, policy, "first", cut);
        run_merge(&mut from, &mut into, policy, "second", 4);
        for (key, source) in &theirs {
            let target = ours.iter().find(|(name, _)| name == key);
            let qty = target.map_or(*source, |(_, target)| policy.quantity(*target, *source));
            prop_assert!(quantities(&into).contains(&(key.clone(), qty)), "{key}");
        }
        for line in ours.iter().filter(|(key, _)| !theirs.iter().any(|(name, _)| name == key)) {
            prop_assert!(quantities(&into).contains(line));
        }
        prop_assert!(theirs.is_empty() || operations::read(&mut from, &call_at(0.0)).is_ok_and(|left| left.is_none()));
    }
}

#[test]
fn a_source_is_frozen_until_its_merge_ends() {
    let mut cart = filled();
    let mut begin =
        |into, id| merge::begin_merge(&mut cart, into, id, &call_at(0.0)).map_err(|_| ());
    assert_eq!(begin("b", "id"), Ok(Begun::Merge("id".to_owned())));
    assert_eq!(begin("b", "another"), Ok(Begun::Merge("id".to_owned())));
    assert_eq!(begin("c", "x"), Err(()));
    let add = operations::change(&mut cart, &[increment("a", 1)], &call_at(0.0));
    assert_eq!(refusal(add), Some(CartError::Merging));
    assert!(merge::end_merge(&mut cart, "another", true, None, 0.0).is_ok());
    assert!(merge::end_merge(&mut cart, "id", false, None, 0.0).is_ok());
    assert!(operations::change(&mut cart, &[increment("a", 1)], &call_at(0.0)).is_ok());
}

#[test]
fn a_merge_that_somebody_has_done_is_not_given_up_and_one_given_up_is_not_done() {
    let lines = [("a".to_owned(), line("a", 1))];
    let mut done = filled();
    assert!(merge::merge_lines(&mut done, "id", &lines, Policy::Sum, call_at(0.0)).is_ok());
    assert_eq!(merge::give_up(&mut done, "id", None, 0.0).ok(), Some(true));
    let mut cart = MemoryCart::default();
    assert_eq!(merge::give_up(&mut cart, "id", None, 0.0).ok(), Some(false));
    let late = merge::merge_lines(&mut cart, "id", &lines, Policy::Sum, call_at(0.0));
    assert_eq!(refusal(late), Some(CartError::Merging));
    let recalled = |now| cart.recall("gid", now).is_ok_and(|note| note.is_some());
    assert!(recalled(ENDED_LIFE_MS - 1.0));
    assert!(!recalled(ENDED_LIFE_MS));
}

#[test]
fn a_deleted_target_remembers_its_merges() {
    let mut cart = filled();
    let lines = [("a".to_owned(), line("a", 1))];
    let _ = merge::merge_lines(&mut cart, "id", &lines, Policy::Sum, call_at(0.0));
    assert!(operations::delete(&mut cart, &call_at(0.0)).is_ok());
    let later = call_at(MEMORY_MS * 2.0);
    let _ = merge::merge_lines(&mut cart, "id", &lines, Policy::Sum, later);
    assert!(quantities(&cart).is_empty());
}
