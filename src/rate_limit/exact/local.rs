//! What this isolate admits while objects fail, with `onUnavailable: 'allow'`: each limit is counted here, in windows that
//! begin with their first call.

use std::cell::RefCell;

use super::client::Keyed;
use crate::rate_limit::limit::Decision;

/// How many counts an isolate keeps: a list that is searched, since it is for outages.
const MAX_COUNTS: usize = 4_096;

struct Count {
    key: String,
    ends_at: f64,
    used: f64,
}

thread_local! {
    static COUNTS: RefCell<Vec<Count>> = const { RefCell::new(Vec::new()) };
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
    COUNTS.with_borrow_mut(|table| {
        let mut fits = true;
        let mut strictest: Option<(Decision, f64)> = None;
        // Looked at first, since a call counts under all of them or under none.
        for counting in [false, true] {
            for Keyed { prefix, limit } in limits {
                let key = [
                    &namespace_id.to_string(),
                    ":",
                    &prefix.len().to_string(),
                    ":",
                    prefix,
                    identifier,
                ]
                .concat();
                let count = count_of(table, key, now + limit.window_ms, now)?;
                let allowed = count.used + limit.cost <= limit.limit;
                fits &= allowed;
                if !counting {
                    continue;
                }
                if counts && fits {
                    count.used += limit.cost;
                }
                let decision = limit.decision(allowed, count.used, count.ends_at, now);
                if strictest.is_none_or(|(known, _)| is_stricter(&decision, &known)) {
                    strictest = Some((decision, limit.limit));
                }
            }
        }
        strictest
    })
}

fn is_stricter(a: &Decision, b: &Decision) -> bool {
    if a.allowed && b.allowed {
        a.remaining < b.remaining
    } else {
        a.retry_after_seconds > b.retry_after_seconds
    }
}

fn count_of(table: &mut Vec<Count>, key: String, ends_at: f64, now: f64) -> Option<&mut Count> {
    let mut found = table.iter().position(|count| count.key == key);
    if found.is_none() {
        if table.len() >= MAX_COUNTS {
            // The oldest goes.
            table.remove(0);
        }
        found = Some(table.len());
        table.push(Count {
            key,
            ends_at,
            used: 0.0,
        });
    }
    let count = table.get_mut(found?)?;
    if now >= count.ends_at {
        (count.used, count.ends_at) = (0.0, ends_at);
    }
    // A clock that went back, or an earlier configuration, makes it no longer.
    count.ends_at = count.ends_at.min(ends_at);
    Some(count)
}
