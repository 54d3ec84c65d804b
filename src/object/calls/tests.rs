//! What is remembered, for how long, and on how many pages.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::object::call::{id_of, note_of};
use crate::object::codec::Unreadable;
use crate::protocol::call_time::{
    AHEAD_MS as CALLERS_AHEAD_MS, LATE_MS, MEMORY_MS, own_until, remembered_until,
};

#[derive(Default)]
struct Memory {
    pages: RefCell<BTreeMap<u32, Vec<u8>>>,
    rows: RefCell<usize>,
}

impl Pages for Memory {
    fn read(&self, page: u32) -> Result<Vec<u8>, Error> {
        self.pages
            .borrow()
            .get(&page)
            .cloned()
            .ok_or_else(|| Unreadable.into())
    }

    fn write(&self, page: u32, bytes: &[u8]) -> Result<(), Error> {
        *self.rows.borrow_mut() += 1;
        self.pages.borrow_mut().insert(page, bytes.to_vec());
        Ok(())
    }

    fn delete(&self, page: u32) -> Result<(), Error> {
        *self.rows.borrow_mut() += 1;
        self.pages.borrow_mut().remove(&page);
        Ok(())
    }
}

fn key_of(key: &str, kind: Kind) -> Key {
    match kind {
        Kind::Check => Key::check(id_of(key)),
        Kind::Own => Key::own(id_of(key)),
        Kind::Given => Key::given(key.to_owned()),
    }
}

fn call(key: &str, kind: Kind, until: f64) -> Call {
    Call {
        key: key_of(key, kind),
        until,
        note: note_of("add", key),
        answer: Answer::Number(until),
    }
}

// As it is after it was written and read.
fn reread(calls: &Calls) -> Calls {
    let mut writer = Writer::default();
    calls.write(&mut writer);
    let bytes = writer.into_bytes();
    let mut read = Calls::new(calls.store.clone());
    read.read(&mut Reader::new(&bytes));
    read
}

// By whom the key was made does not matter here: no test has the same twice.
fn knows(calls: &Calls, key: &str, now: f64) -> bool {
    let kinds = [Kind::Own, Kind::Given, Kind::Check];
    let found = kinds.map(|kind| calls.find(&key_of(key, kind), now).unwrap().is_some());
    assert!(found.iter().filter(|found| **found).count() < 2);
    found.contains(&true)
}

#[test]
fn a_call_is_remembered_until_its_time() {
    let mut calls = Calls::new(Rc::new(Memory::default()));
    let answers = [
        Answer::Nothing,
        Answer::Number(0.5),
        Answer::Text("text".to_owned()),
        Answer::Stored(7),
    ];
    for (n, answer) in answers.into_iter().enumerate() {
        let (kind, until) = (Kind::Given, 1_790_000_000_000.0 - n as f64);
        calls.add(Call {
            answer,
            ..call(&n.to_string(), kind, until)
        });
    }
    let read = reread(&calls);
    assert_eq!(read.at_hand, calls.at_hand);
    assert!(knows(&read, "0", 1_789_999_999_999.0));
    assert!(!knows(&read, "0", 1_790_000_000_000.0));
    assert!(!knows(&read, "other", 0.0));
}

#[test]
fn keys_of_callers_with_the_same_id_are_two() {
    let mut calls = Calls::new(Rc::new(Memory::default()));
    // Two texts with the same FNV-1a: whoever chooses a part of a key may find such.
    let (a, b) = ("8yn0iYCKYHlIj4-BwPqk:order", "GReLUrM4wMqfg9yzV3KQ:order");
    assert_eq!(id_of(a), id_of(b));
    calls.add(call(a, Kind::Given, 1_000.0));
    assert!(knows(&calls, a, 0.0) && !knows(&calls, b, 0.0));
    calls.add(call(b, Kind::Given, 1_000.0));
    let mut calls = reread(&calls);
    assert!(knows(&calls, a, 0.0) && knows(&calls, b, 0.0));
    // Also when one is on a page and the other is turned to it.
    let mut turn = |from: u32| {
        for n in from..from + 300 {
            calls.add(call(&n.to_string(), Kind::Given, 1_000.0));
            calls.settle(0.0).unwrap();
        }
        calls.clone()
    };
    turn(0);
    let mut calls = turn(1_000);
    calls.add(call(b, Kind::Given, 1_000.0));
    for n in 0..300 {
        calls.add(call(&(2_000 + n).to_string(), Kind::Given, 1_000.0));
        calls.settle(0.0).unwrap();
    }
    assert!(knows(&calls, a, 0.0) && knows(&calls, b, 0.0));
}

#[test]
fn pages_of_a_clock_that_went_back_are_forgotten() {
    let memory = Rc::new(Memory::default());
    let mut calls = Calls::new(memory.clone());
    for n in 0..300 {
        calls.add(call(&n.to_string(), Kind::Own, 1e12));
        calls.settle(1e12 - 1_000.0).unwrap();
    }
    assert!(!memory.pages.borrow().is_empty());
    calls.settle(0.0).unwrap();
    assert!(calls.is_empty() && memory.pages.borrow().is_empty());
}

#[test]
fn texts_with_a_place_of_their_own_stay_at_hand() {
    let memory = Rc::new(Memory::default());
    let mut calls = Calls::new(memory.clone());
    let mut freed = 0;
    for n in 0..2_000_u32 {
        freed += calls.forget_texts(7).len();
        let answer = Answer::Stored(n);
        calls.add(Call {
            answer,
            ..call(&n.to_string(), Kind::Own, 1_000.0)
        });
        freed += calls.settle(0.0).unwrap().len();
    }
    assert_eq!(freed, 2_000 - 8);
}

#[test]
fn a_page_stays_far_below_what_a_value_may_have() {
    let memory = Rc::new(Memory::default());
    let mut calls = Calls::new(memory.clone());
    for n in 0..2_000 {
        let answer = Answer::Text("x".repeat(4_096));
        calls.add(Call {
            answer,
            ..call(&n.to_string(), Kind::Own, 1_000.0)
        });
        calls.settle(0.0).unwrap();
    }
    let pages = memory.pages.borrow();
    assert!(pages.values().all(|page| page.len() < 1_000_000));
    assert!((0..2_000).all(|n| knows(&calls, &n.to_string(), 0.0)));
}

#[test]
fn the_newest_checks_are_enough_and_they_are_short() {
    let mut calls = Calls::new(Rc::new(Memory::default()));
    for n in 0..1_000 {
        let until = 1_790_000_000_000.0 + f64::from(n * 7);
        calls.add(Call {
            note: 0,
            answer: Answer::Nothing,
            ..call(&n.to_string(), Kind::Check, until)
        });
        calls = reread(&calls);
    }
    assert_eq!(calls.settle(1_789_999_999_000.0).unwrap(), [] as [u32; 0]);
    assert!(knows(&calls, "850", 0.0) && !knows(&calls, "849", 0.0));
    let mut writer = Writer::default();
    calls.write(&mut writer);
    // What the table of `storage.kv` keeps in place, with room for a few limits.
    assert!(writer.into_bytes().len() < 920);
}

#[test]
fn what_a_clock_that_went_back_has_left_is_forgotten() {
    let mut calls = Calls::new(Rc::new(Memory::default()));
    calls.add(call("future", Kind::Own, 1e12));
    calls.add(call("now", Kind::Own, 1_000.0));
    assert!(calls.settle(0.0).is_ok());
    assert!(!knows(&calls, "future", 0.0) && knows(&calls, "now", 0.0));
}

#[test]
fn a_text_whose_call_is_forgotten_is_free() {
    let mut calls = Calls::new(Rc::new(Memory::default()));
    for n in 0..10 {
        let answer = Answer::Stored(n);
        calls.add(Call {
            answer,
            ..call(&n.to_string(), Kind::Own, f64::from(n))
        });
    }
    assert_eq!(calls.forget_texts(8), [1, 0]);
    assert_eq!(calls.settle(3.0).unwrap(), [2, 3]);
}

#[test]
fn many_calls_move_to_pages_and_back() {
    let memory = Rc::new(Memory::default());
    let mut calls = Calls::new(memory.clone());
    let until = |n: u32| own_until(0.0, Some(f64::from(n)));
    for n in 0..5_000 {
        calls.add(call(&n.to_string(), Kind::Own, until(n)));
        calls.settle(f64::from(n)).unwrap();
        calls = reread(&calls);
    }
    // All of the last 5 seconds may come again.
    assert!((0..5_000).all(|n| knows(&calls, &n.to_string(), 5_000.0)));
    assert!(memory.pages.borrow().len() <= 64);
    assert!(
        memory
            .pages
            .borrow()
            .values()
            .all(|page| page.len() < 16_384)
    );
    // Rows: some pages for each 256 calls.
    assert!(*memory.rows.borrow() < 5_000 / 10);
    assert_eq!(calls.until(), until(4_999));
    // When all have ended nothing is left.
    calls.settle(until(5_000)).unwrap();
    assert!(calls.is_empty() && memory.pages.borrow().is_empty());
}

#[test]
fn of_callers_keys_the_newest_thousand_stay_and_all_whose_copies_may_come() {
    let mut calls = Calls::new(Rc::new(Memory::default()));
    let mut at = |n: u32, now: f64| {
        let until = remembered_until(now, Some(now), MEMORY_MS);
        calls.add(call(&n.to_string(), Kind::Given, until));
        calls.settle(now).unwrap();
        calls.clone()
    };
    let fresh = (0..3_000).map(|n| at(n, 0.0)).last().unwrap();
    assert!((0..3_000).all(|n| knows(&fresh, &n.to_string(), 0.0)));
    // A copy of what was made eight minutes ago is refused as too late, whatever its time said.
    let now = CALLERS_AHEAD_MS + LATE_MS + 2.0 * 60_000.0;
    let later = (3_000..5_000).map(|n| at(n, now)).last().unwrap();
    assert!((3_000..5_000).all(|n| knows(&later, &n.to_string(), now)));
    assert!(
        (0..3_000)
            .filter(|n| knows(&later, &n.to_string(), now))
            .count()
            < 300
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    // Against a list that forgets nothing before its time.
    #[test]
    fn no_call_is_forgotten_that_may_come_again(
        steps in prop::collection::vec((0_u32..400, 0_u32..3_000, prop::bool::ANY), 1..1_500),
    ) {
        let mut calls = Calls::new(Rc::new(Memory::default()));
        let mut made: BTreeMap<String, f64> = BTreeMap::new();
        let mut now = 1e12;
        for (key, pause, own) in steps {
            now += f64::from(pause / 100);
            let key = key.to_string();
            let known = made.get(&key).is_some_and(|until| *until > now);
            prop_assert_eq!(knows(&calls, &key, now), known, "{}", key);
            if !known {
                let (kind, until) = if own {
                    (Kind::Own, own_until(now, Some(now - f64::from(pause % 7))))
                } else {
                    (Kind::Given, remembered_until(now, Some(now), MEMORY_MS))
                };
                calls.add(call(&key, kind, until));
                made.insert(key, until);
            }
            calls.settle(now).unwrap();
            calls = reread(&calls);
        }
    }

    #[test]
    fn other_bytes_are_no_calls_and_no_panic(bytes: Vec<u8>) {
        let mut calls = Calls::new(Rc::new(Memory::default()));
        calls.read(&mut Reader::new(&bytes));
    }
}
