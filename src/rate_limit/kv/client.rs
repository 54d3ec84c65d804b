//! `RateLimiterClient` on KV: counting in memory, agreeing with KV once a second.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::counter::Counter;
use super::isolate::{counters, with_counter};
use super::limiter::KvLimiter;
use super::schedule::SYNC_INTERVAL_MS;
use super::sync::CounterSync;
use super::table::CounterId;
use crate::error::Error;
use crate::host::clock::{now, sleep};
use crate::host::report::{Note, Report};
use crate::host::task::{CallResult, wait};
use crate::kv::failure::was_rate_limited;
use crate::kv::key::{self, KeyError};
use crate::rate_limit::limit::{Decision, IDENTIFIER, Limit, OnUnavailable};
use crate::rate_limit::result;

/// Limits behind one handle, for the length of a call.
pub struct RateLimiterClient {
    /// The way to KV.
    pub sync: CounterSync,
}

/// How a call begins, by what the isolate knows.
enum Arrival {
    /// Nothing: KV is asked first.
    Unknown,
    /// All: the decision.
    Known(Decision),
    /// All but that KV, which failed lately, may say otherwise.
    Failing(Decision),
    /// It is this call's turn to agree with KV.
    Sync,
}

/// Checks and counts one call. `can_flush`: what has to wait may be flushed later.
///
/// # Errors
/// An invalid key, or KV failed and `on_unavailable` is `Throw`.
pub async fn check(
    limiter: &KvLimiter,
    id: &CounterId,
    limit: &Limit,
    can_flush: bool,
    report: Report,
) -> CallResult {
    check_key(&id.key)?;
    // Once for a call that waits for nothing: asking the clock takes a fifth of such a call.
    let time = now();
    let answer = match arrive(id, limit, time) {
        Arrival::Known(decision) => result::of(&decision, limit.limit, false),
        Arrival::Failing(decision) => {
            client(limiter, report)?.to_result(id, limit, Ok(Some(decision)))?
        }
        Arrival::Sync => {
            let client = client(limiter, report)?;
            let decided = client.sync.run(id, Some(limit)).await;
            client.to_result(id, limit, decided)?
        }
        Arrival::Unknown => {
            let client = client(limiter, report)?;
            let decided = client.sync.begin(id, limit).await;
            client.to_result(id, limit, decided)?
        }
    };
    if can_flush {
        let time = now();
        if let Some(ms) = with_counter(id, |counter| counter.promise_flush(time)).flatten() {
            limiter.promise_flush(&id.key, ms);
        }
    }
    Ok(answer)
}

// Put together in JavaScript, where an identifier that has no room is hashed. So what is too long is the prefix.
fn check_key(key: &str) -> Result<(), KeyError> {
    let what = if key.is_empty() {
        IDENTIFIER
    } else {
        "keyPrefix, with an identifier,"
    };
    key::check_text(key, what)
}

fn client(limiter: &KvLimiter, report: Report) -> Result<RateLimiterClient, Error> {
    limiter.sync(report).map(|sync| RateLimiterClient { sync })
}

impl RateLimiterClient {
    /// Returns what a check would return. Counts and writes nothing.
    ///
    /// # Errors
    /// As [`check`].
    pub async fn peek(&self, id: CounterId, limit: Limit) -> CallResult {
        check_key(&id.key)?;
        let time = now();
        let known = with_counter(&id, |counter| {
            let mut counter = counter.clone();
            counter.roll(time, limit.window_ms);
            let sync = counter.claim_sync(time);
            (counter, sync)
        });
        let (mut counter, read) =
            known.unwrap_or_else(|| (Counter::begin(time, limit.window_ms), true));
        let decided = if read {
            self.sync.read(&id.key).await.map(|stored| {
                let time = now();
                counter.adopt(stored, time);
                Some(counter.peek(&limit, time))
            })
        } else {
            Ok(Some(counter.peek(&limit, time)))
        };
        self.to_result(&id, &limit, decided)
    }

    /// Forgets a counter, here and in KV.
    ///
    /// # Errors
    /// An invalid key, or KV failed.
    pub async fn reset(&self, id: CounterId) -> CallResult {
        check_key(&id.key)?;
        self.sync.evict().await;
        let name = JsString::from(id.key.as_str());
        let mut tries = 0;
        loop {
            let wrote_at = now();
            counters(|table| {
                table.insert(id.clone(), Counter::voided(wrote_at), self.sync.kv.clone());
            });
            match self.sync.kv.delete(&name).await {
                Ok(()) => return Ok(JsValue::UNDEFINED),
                // A delete is a write, and the counter may have been written within this second.
                Err(error) if tries < 2 && was_rate_limited(&error) => {
                    tries += 1;
                    let _ = wait(sleep(SYNC_INTERVAL_MS).into(), 0.0).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn to_result(
        &self,
        id: &CounterId,
        limit: &Limit,
        decided: Result<Option<Decision>, Error>,
    ) -> CallResult {
        let CounterSync {
            on_unavailable,
            report,
            ..
        } = &self.sync;
        let decided = match decided {
            Err(error) if *on_unavailable == OnUnavailable::Throw || error.is_misuse() => {
                return Err(error);
            }
            Err(error) => {
                report.note_code(Note::KvFailed, error.code());
                None
            }
            Ok(decided) => decided,
        };
        let failing = *on_unavailable != OnUnavailable::Throw
            && with_counter(id, |counter| counter.is_failing()) == Some(true);
        let degraded = failing || decided.is_none();
        let mut decision = decided.unwrap_or_else(|| {
            let time = now();
            limit.decision(true, limit.cost, time + limit.window_ms, time)
        });
        if degraded && *on_unavailable == OnUnavailable::Deny {
            decision = limit.decision(false, limit.limit, decision.reset_at, now());
        }
        Ok(result::of(&decision, limit.limit, degraded))
    }
}

fn arrive(id: &CounterId, limit: &Limit, time: f64) -> Arrival {
    let known = with_counter(id, |counter| {
        counter.roll(time, limit.window_ms);
        if counter.claim_sync(time) {
            return Arrival::Sync;
        }
        let decision = counter.decide(limit, time);
        if counter.is_failing() {
            Arrival::Failing(decision)
        } else {
            Arrival::Known(decision)
        }
    });
    known.unwrap_or(Arrival::Unknown)
}
