//! What this isolate admits while objects fail, with `onUnavailable: 'allow'`: each limit is counted here, in windows that
//! begin with their first call.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::client::Keyed;
use crate::kv::handle::Kv;
use crate::rate_limit::kv::counter::Counter;
use crate::rate_limit::kv::table::{CounterId, CounterTable, Eviction, MAX_COUNTERS};
use crate::rate_limit::limit::{Decision, Limit};

thread_local! {
    // The table of limits on KV, whose counters are not written here.
    static COUNTERS: RefCell<CounterTable<Kv>> = RefCell::default();
}

/// Decides a call, and counts it under all limits or under none if `counts`. Returns the strictest decision, and its
/// limit.
pub fn decide(
    namespace_id: u32,
    identifier: &str,
    limits: &[Keyed],
    counts: bool,
    now: f64,
) -> Option<(Decision, f64)> {
    COUNTERS.with_borrow_mut(|table| {
        let mut each = |keyed: &Keyed, counts: bool| {
            let Keyed { prefix, limit } = keyed;
            let key = [&prefix.len().to_string(), ":", prefix, identifier].concat();
            let counter = counter(table, CounterId { namespace_id, key }, limit, now)?;
            Some(if counts {
                counter.decide(limit, now)
            } else {
                counter.peek(limit, now)
            })
        };
        let fits = |keyed| each(keyed, false).is_some_and(|decision| decision.allowed);
        let counts = counts && limits.iter().all(fits);
        let decided = limits
            .iter()
            .filter_map(|keyed| Some((each(keyed, counts)?, keyed.limit.limit)));
        decided.reduce(|a, b| if is_stricter(&b.0, &a.0) { b } else { a })
    })
}

fn is_stricter(a: &Decision, b: &Decision) -> bool {
    if a.allowed && b.allowed {
        a.remaining < b.remaining
    } else {
        a.retry_after_seconds > b.retry_after_seconds
    }
}

fn counter<'a>(
    table: &'a mut CounterTable<Kv>,
    id: CounterId,
    limit: &Limit,
    now: f64,
) -> Option<&'a mut Counter> {
    if table.get(&id).is_none() {
        if let Eviction::AfterWriting(oldest, _) = table.evict(MAX_COUNTERS, now) {
            table.remove(&oldest);
        }
        // No handle: it is never asked.
        let nowhere = Kv::new(JsValue::UNDEFINED.unchecked_into(), false, 0.0);
        table.insert(id.clone(), Counter::begin(now, limit.window_ms), nowhere);
    }
    let counter = table.get(&id)?;
    counter.roll(now, limit.window_ms);
    Some(counter)
}
