//! `RateLimiterClient` on KV: counting in memory, agreeing with KV once a second.

use std::cell::RefCell;

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::counter::Counter;
use super::model::{Decision, Limit, Stored};
use super::table::{CounterId, MAX_COUNTERS, Room, Table};
use super::{address, headers};
use crate::error::{Error, KvReason};
use crate::host::kv::{Kv, KvHandle};
use crate::host::report::{JsReport, Note, Report};
use crate::host::task::{Answer, run, wait};
use crate::host::{json, limit_result, now, sleep};
use crate::kv::{key, ttl};

#[wasm_bindgen]
extern "C" {
    /// The stored pair, parsed. It comes from `JSON.parse`, so reading its properties does not throw.
    type StoredPair;
    #[wasm_bindgen(method, getter, structural)]
    fn count(this: &StoredPair) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = resetAt)]
    fn reset_at(this: &StoredPair) -> JsValue;
}

thread_local! {
    static COUNTERS: RefCell<Table<Kv>> = RefCell::default();
}

// Never held across an await or a call into JavaScript.
fn counters<T>(f: impl FnOnce(&mut Table<Kv>) -> T) -> T {
    COUNTERS.with_borrow_mut(f)
}

/// What a check does when KV fails or hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnavailable {
    /// The error reaches the caller.
    Throw,
    /// KV's failure refuses nobody; what this isolate knows still does.
    Allow,
    /// Nobody is admitted.
    Deny,
}

/// Limits behind one handle, for the length of a call.
#[derive(Clone)]
pub struct RateLimiterClient {
    /// The namespace.
    pub kv: Kv,
    /// What happens when KV fails.
    pub on_unavailable: OnUnavailable,
    /// Where the call reports to.
    pub report: Report,
}

/// How a call begins, by what the isolate knows.
enum Arrival {
    Unknown,
    Known,
    Sync,
}

impl RateLimiterClient {
    /// Checks and counts one call. `flush_later(key, ms)` is asked to flush what had to wait.
    ///
    /// # Errors
    /// An invalid key, or KV failed and `on_unavailable` is `Throw`.
    pub async fn check(
        &self,
        id: CounterId,
        limit: Limit,
        flush_later: Option<Function>,
    ) -> Answer {
        key::check_text(&id.key)?;
        let decided = match self.arrive(&id, &limit) {
            Arrival::Known => Ok(self.decide(&id, &limit)),
            Arrival::Sync => self.sync(&id, Some(&limit)).await,
            Arrival::Unknown => self.begin(&id, &limit).await,
        };
        let answer = self.answer(&id, &limit, decided)?;
        if let Some(flush_later) = flush_later {
            let time = now();
            if let Some(ms) = counters(|table| table.get(&id)?.promise_flush(time)) {
                // The listener is ours and does not throw.
                let _ = flush_later.call2(&JsValue::UNDEFINED, &id.key.into(), &ms.into());
            }
        }
        Ok(answer)
    }

    /// What a check would answer. Counts and writes nothing.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn peek(&self, id: CounterId, limit: Limit) -> Answer {
        key::check_text(&id.key)?;
        let time = now();
        let known = counters(|table| {
            table.get(&id).map(|counter| {
                let mut counter = counter.clone();
                counter.roll(time, limit.window_ms);
                let sync = counter.claim_sync(time);
                (counter, sync)
            })
        });
        let (mut counter, read) =
            known.unwrap_or_else(|| (Counter::begin(time, limit.window_ms), true));
        let decided = if read {
            self.read(&id.key).await.map(|stored| {
                let time = now();
                counter.adopt(stored, time);
                Some(counter.peek(&limit, time))
            })
        } else {
            Ok(Some(counter.peek(&limit, time)))
        };
        self.answer(&id, &limit, decided)
    }

    /// Forgets a counter, here and in KV.
    ///
    /// # Errors
    /// An invalid key, or KV failed.
    pub async fn reset(&self, id: CounterId) -> Answer {
        key::check_text(&id.key)?;
        let name = JsString::from(id.key.as_str());
        let mut tries = 0;
        loop {
            let wrote_at = now();
            counters(|table| {
                table.insert(id.clone(), Counter::voided(wrote_at), self.kv.clone());
            });
            match self.kv.delete(&name).await {
                Ok(()) => return Ok(JsValue::UNDEFINED),
                // A delete is a write, and the counter may have been written within this second.
                Err(Error::Kv {
                    reason: KvReason::RateLimited,
                    ..
                }) if tries < 2 => {
                    tries += 1;
                    let _ = wait(sleep(super::counter::BEAT_MS).into(), 0.0).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes what waits of a counter, after `delay_ms`.
    ///
    /// # Errors
    /// KV failed; what waits is kept for the next call.
    pub async fn flush(&self, id: &CounterId, delay_ms: f64) -> Answer {
        let mut delay_ms = delay_ms;
        // A second time if another call held the sync and left something behind.
        for _ in 0..2 {
            if delay_ms > 0.0 {
                let _ = wait(sleep(delay_ms).into(), 0.0).await;
            }
            let time = now();
            let claim = counters(|table| {
                let counter = table.get(id).filter(|counter| counter.is_dirty(time))?;
                Some((counter.claim_sync(time), counter.until_slot(time)))
            });
            match claim {
                None => break,
                Some((true, _)) => {
                    self.sync(id, None).await?;
                    break;
                }
                Some((false, wait_ms)) => delay_ms = wait_ms.max(1.0),
            }
        }
        Ok(JsValue::UNDEFINED)
    }

    fn arrive(&self, id: &CounterId, limit: &Limit) -> Arrival {
        let time = now();
        counters(|table| match table.get(id) {
            None => Arrival::Unknown,
            Some(counter) => {
                counter.roll(time, limit.window_ms);
                if counter.claim_sync(time) {
                    Arrival::Sync
                } else {
                    Arrival::Known
                }
            }
        })
    }

    fn decide(&self, id: &CounterId, limit: &Limit) -> Option<Decision> {
        let time = now();
        counters(|table| table.get(id).map(|counter| counter.decide(limit, time)))
    }

    // The first calls for a key: each reads, since none may decide without what KV knows; the first
    // to come back brings the counter, and the others count on it.
    async fn begin(&self, id: &CounterId, limit: &Limit) -> Result<Option<Decision>, Error> {
        let stored = self.read(&id.key).await?;
        self.make_room().await;
        let time = now();
        let leads = counters(|table| {
            if table.get(id).is_some() {
                return false;
            }
            let mut counter = Counter::begin(time, limit.window_ms);
            counter.adopt(stored, time);
            table.insert(id.clone(), counter, self.kv.clone());
            true
        });
        if leads {
            return self.finish_sync(id, Some(limit)).await;
        }
        Ok(self.decide(id, limit))
    }

    // For who claimed the sync: read, decide, write.
    async fn sync(&self, id: &CounterId, limit: Option<&Limit>) -> Result<Option<Decision>, Error> {
        match self.read(&id.key).await {
            Ok(stored) => {
                let time = now();
                counters(|table| {
                    if let Some(counter) = table.get(id) {
                        counter.adopt(stored, time);
                    }
                });
                self.finish_sync(id, limit).await
            }
            Err(error) => {
                end_sync(id, true);
                // The call is counted, so that this isolate stays exact while KV is away.
                if self.on_unavailable != OnUnavailable::Throw
                    && let Some(limit) = limit
                {
                    self.report.note_code(Note::KvFailed, error.code());
                    return Ok(self.decide(id, limit));
                }
                Err(error)
            }
        }
    }

    async fn finish_sync(
        &self,
        id: &CounterId,
        limit: Option<&Limit>,
    ) -> Result<Option<Decision>, Error> {
        let decision = limit.and_then(|limit| self.decide(id, limit));
        let write = counters(|table| {
            table
                .get(id)
                .and_then(|counter| Some((counter.to_write()?, counter.own())))
        });
        let Some((stored, own)) = write else {
            end_sync(id, false);
            return Ok(decision);
        };
        match self.write(&id.key, stored).await {
            Ok(()) => {
                counters(|table| {
                    if let Some(counter) = table.get(id) {
                        counter.wrote(stored, own);
                    }
                });
                end_sync(id, false);
                Ok(decision)
            }
            // Another isolate wrote within this second. The count waits for the next beat.
            Err(
                error @ Error::Kv {
                    reason: KvReason::RateLimited,
                    ..
                },
            ) => {
                self.report.note_code(Note::KvFailed, error.code());
                end_sync(id, false);
                Ok(decision)
            }
            Err(error) => {
                end_sync(id, true);
                if self.on_unavailable == OnUnavailable::Throw {
                    return Err(error);
                }
                self.report.note_code(Note::KvFailed, error.code());
                Ok(decision)
            }
        }
    }

    async fn make_room(&self) {
        loop {
            let time = now();
            let Room::After(id, kv) = counters(|table| table.make_room(MAX_COUNTERS, time)) else {
                return;
            };
            let until = counters(|table| table.get(&id).map(|counter| counter.until_slot(time)));
            let owner = Self { kv, ..self.clone() };
            // Boxed, since a flush is a future of its own kind. Memory is bounded whatever KV says.
            if let Err(error) = Box::pin(owner.flush(&id, until.unwrap_or(0.0))).await {
                self.report.note_code(Note::KvFailed, error.code());
            }
            counters(|table| table.remove(&id));
        }
    }

    fn answer(
        &self,
        id: &CounterId,
        limit: &Limit,
        decided: Result<Option<Decision>, Error>,
    ) -> Answer {
        let decided = match decided {
            Err(error) if self.on_unavailable == OnUnavailable::Throw => return Err(error),
            Err(error) => {
                self.report.note_code(Note::KvFailed, error.code());
                None
            }
            Ok(decided) => decided,
        };
        let failing = self.on_unavailable != OnUnavailable::Throw
            && counters(|table| table.get(id).is_some_and(|counter| counter.is_failing()));
        let degraded = failing || decided.is_none();
        let time = now();
        let mut decision =
            decided.unwrap_or_else(|| limit.answer(true, limit.cost, time + limit.window_ms, time));
        if degraded && self.on_unavailable == OnUnavailable::Deny {
            decision = limit.answer(false, limit.limit, decision.reset_at, time);
        }
        Ok(limit_result(
            decision.allowed,
            decision.remaining,
            decision.reset_at,
            limit.limit,
            decision.retry_after_seconds,
            degraded,
        ))
    }

    async fn read(&self, key: &str) -> Result<Option<Stored>, Error> {
        let text = self.kv.get(&key.into()).await?;
        self.report.hit(text.is_some());
        let Some(text) = text else { return Ok(None) };
        let value = json::parse(&text).unwrap_or_default();
        if !value.is_object() {
            self.report.note(Note::Malformed);
            return Ok(None);
        }
        let pair: StoredPair = value.unchecked_into();
        let number = |value: JsValue| value.as_f64().unwrap_or(f64::NAN);
        Ok(Stored::live(
            number(pair.count()),
            number(pair.reset_at()),
            now(),
        ))
    }

    async fn write(&self, key: &str, stored: Stored) -> Result<(), Error> {
        let seconds = ((stored.reset_at - now()) / 1_000.0)
            .ceil()
            .max(ttl::MIN_KV_SECONDS);
        self.kv
            .put(&key.into(), &stored.to_json().into(), seconds, None)
            .await
    }
}

fn end_sync(id: &CounterId, failed: bool) {
    counters(|table| {
        if let Some(counter) = table.get(id) {
            counter.end_sync(failed);
        }
    });
}

fn client(
    kv: KvHandle,
    limit_ms: f64,
    on_unavailable: u8,
    report: Option<JsReport>,
) -> RateLimiterClient {
    let on_unavailable = match on_unavailable {
        0 => OnUnavailable::Throw,
        1 => OnUnavailable::Allow,
        _ => OnUnavailable::Deny,
    };
    RateLimiterClient {
        kv: Kv::new(kv, false, limit_ms),
        on_unavailable,
        report: Report(report),
    }
}

/// `RateLimiterClient.checkLimit`. `on_unavailable`: 0 throw, 1 allow, 2 deny.
#[wasm_bindgen(js_name = limitCheck)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn limit_check(
    kv: KvHandle,
    limit_ms: f64,
    on_unavailable: u8,
    handle: u32,
    key: String,
    limit: f64,
    window: f64,
    cost: f64,
    flush_later: Option<Function>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, on_unavailable, report);
    run(async move {
        let limit = Limit::new(limit, window, cost)?;
        client
            .check(CounterId { handle, key }, limit, flush_later)
            .await
    })
}

/// `RateLimiterClient.peek`.
#[wasm_bindgen(js_name = limitPeek)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn limit_peek(
    kv: KvHandle,
    limit_ms: f64,
    on_unavailable: u8,
    handle: u32,
    key: String,
    limit: f64,
    window: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, on_unavailable, report);
    run(async move {
        let limit = Limit::new(limit, window, 1.0)?;
        client.peek(CounterId { handle, key }, limit).await
    })
}

/// `RateLimiterClient.reset`.
#[wasm_bindgen(js_name = limitReset)]
pub fn limit_reset(
    kv: KvHandle,
    limit_ms: f64,
    handle: u32,
    key: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, 0, report);
    run(async move { client.reset(CounterId { handle, key }).await })
}

/// Writes what waits of a counter after `delay_ms`.
#[wasm_bindgen(js_name = limitFlush)]
pub fn limit_flush(
    kv: KvHandle,
    limit_ms: f64,
    handle: u32,
    key: String,
    delay_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, 0, report);
    run(async move { client.flush(&CounterId { handle, key }, delay_ms).await })
}

/// How many counters this isolate remembers.
#[wasm_bindgen(js_name = liveCounters)]
pub fn live_counters() -> usize {
    counters(|table| table.len())
}

/// The key of a client's address: see [`address::client_key`].
#[wasm_bindgen(js_name = clientKey)]
pub fn client_key(address: &str) -> String {
    address::client_key(address)
}

/// The `RateLimit-Policy` field.
#[wasm_bindgen(js_name = policyField)]
pub fn policy_field(key_prefix: &str, limit: f64, window: f64) -> String {
    headers::policy(headers::policy_name(key_prefix), limit, window)
}

/// The `RateLimit` field.
#[wasm_bindgen(js_name = limitField)]
pub fn limit_field(key_prefix: &str, remaining: f64, reset_at: f64) -> String {
    headers::state(headers::policy_name(key_prefix), remaining, reset_at, now())
}
