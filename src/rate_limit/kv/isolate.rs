//! The counters of this isolate.

use std::cell::RefCell;

use super::counter::Counter;
use super::table::{CounterId, CounterTable};
use crate::kv::handle::Kv;
use crate::rate_limit::limit::{Decision, Limit};

thread_local! {
    static COUNTERS: RefCell<CounterTable<Kv>> = RefCell::default();
}

/// Does something with all counters. They are never held across an await or a call into JavaScript.
pub fn counters<T>(job: impl FnOnce(&mut CounterTable<Kv>) -> T) -> T {
    COUNTERS.with_borrow_mut(job)
}

/// Does something with one counter, if it is there.
pub fn with_counter<T>(id: &CounterId, job: impl FnOnce(&mut Counter) -> T) -> Option<T> {
    counters(|table| table.get(id).map(job))
}

/// Decides one call, and counts it if it is admitted.
pub fn decide(id: &CounterId, limit: &Limit, now: f64) -> Option<Decision> {
    with_counter(id, |counter| counter.decide(limit, now))
}
