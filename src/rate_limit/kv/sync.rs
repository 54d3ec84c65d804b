//! How an isolate agrees with KV: reading, deciding, writing, at most once a second for each key.

use wasm_bindgen::prelude::*;

use super::counter::{Counter, Write};
use super::isolate::{counters, decide, with_counter};
use super::stored::Stored;
use super::table::{CounterId, MAX_COUNTERS};
use crate::error::Error;
use crate::host::clock::{now, sleep};
use crate::host::json;
use crate::host::kv::PutOptions;
use crate::host::report::{Note, Report};
use crate::host::task::wait;
use crate::kv::failure::was_rate_limited;
use crate::kv::handle::Kv;
use crate::kv::ttl;
use crate::rate_limit::limit::{Decision, Limit, OnUnavailable};

#[wasm_bindgen]
extern "C" {
    /// The stored pair, parsed. It comes from `JSON.parse`, so reading its properties does not throw.
    type StoredPair;
    #[wasm_bindgen(method, getter, structural)]
    fn count(this: &StoredPair) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = resetAt)]
    fn reset_at(this: &StoredPair) -> JsValue;
}

/// The way of counters to KV, for the length of a call.
#[derive(Clone)]
pub struct CounterSync {
    /// The namespace.
    pub kv: Kv,
    /// What happens when KV fails.
    pub on_unavailable: OnUnavailable,
    /// Where the call reports to.
    pub report: Report,
}

impl CounterSync {
    /// The first calls for a key: each reads, since none may decide without what KV knows; the first
    /// to come back brings the counter, and the others count on it.
    ///
    /// # Errors
    /// KV failed and `on_unavailable` is `Throw`; so of all that decide.
    pub async fn begin(&self, id: &CounterId, limit: &Limit) -> Result<Option<Decision>, Error> {
        let read = self.read(&id.key).await;
        let failed = read.is_err();
        let stored = match read {
            Ok(stored) => stored,
            Err(error) => {
                self.tolerate(error)?;
                None
            }
        };
        self.evict().await;
        let time = now();
        let leads = counters(|table| {
            if table.get(id).is_some() {
                return false;
            }
            let mut counter = Counter::begin(time, limit.window_ms);
            if failed {
                // Without KV the isolate counts alone, and asks again in a second.
                counter.end_sync(true);
            } else {
                counter.adopt(stored, time);
            }
            table.insert(id.clone(), counter, self.kv.clone());
            !failed
        });
        if leads {
            return self.decide_and_write(id, Some(limit)).await;
        }
        Ok(decide(id, limit, now()))
    }

    /// For the call that claimed the sync: reads, decides, writes. Without a limit there is nothing to decide.
    ///
    /// # Errors
    /// KV failed and `on_unavailable` is `Throw`, or there is nothing to decide.
    pub async fn run(
        &self,
        id: &CounterId,
        limit: Option<&Limit>,
    ) -> Result<Option<Decision>, Error> {
        match self.read(&id.key).await {
            Ok(stored) => {
                let time = now();
                with_counter(id, |counter| counter.adopt(stored, time));
                self.decide_and_write(id, limit).await
            }
            Err(error) => {
                end(id, true);
                let Some(limit) = limit else {
                    return Err(error);
                };
                self.tolerate(error)?;
                // The call is counted, so that this isolate stays exact while KV is away.
                Ok(decide(id, limit, now()))
            }
        }
    }

    async fn decide_and_write(
        &self,
        id: &CounterId,
        limit: Option<&Limit>,
    ) -> Result<Option<Decision>, Error> {
        let time = now();
        let decision = limit.and_then(|limit| decide(id, limit, time));
        let write = with_counter(id, |counter| {
            // A flush was promised for its turn, or the counter is about to leave.
            let writes = limit.is_none() || counter.turn_in(time) == 0.0;
            counter.to_write().filter(|_| writes)
        });
        match write.flatten() {
            Some(write) => {
                let written = self.write(&id.key, write.stored).await;
                self.settle(id, write, written)?;
            }
            None => end(id, false),
        }
        Ok(decision)
    }

    fn settle(
        &self,
        id: &CounterId,
        write: Write,
        written: Result<(), Error>,
    ) -> Result<(), Error> {
        match written {
            Ok(()) => {
                with_counter(id, |counter| counter.wrote(write, now()));
                end(id, false);
                Ok(())
            }
            // Another isolate wrote within this second. The count waits for the next sync.
            Err(error) if was_rate_limited(&error) => {
                self.report.note_code(Note::KvFailed, error.code());
                with_counter(id, |counter| counter.was_refused(now()));
                end(id, false);
                Ok(())
            }
            Err(error) => {
                end(id, true);
                self.tolerate(error)
            }
        }
    }

    // What the user wants of a failure of KV: the error, or to go on.
    fn tolerate(&self, error: Error) -> Result<(), Error> {
        if self.on_unavailable == OnUnavailable::Throw || error.is_misuse() {
            return Err(error);
        }
        self.report.note_code(Note::KvFailed, error.code());
        Ok(())
    }

    /// Writes what waits of a counter, after `delay_ms`.
    ///
    /// # Errors
    /// KV failed; what waits is kept for the next call.
    pub async fn flush(&self, id: &CounterId, delay_ms: f64) -> Result<(), Error> {
        let mut delay_ms = delay_ms;
        // A second time if another call held the sync and left something behind.
        for _ in 0..2 {
            if delay_ms > 0.0 {
                let _ = wait(sleep(delay_ms).into(), 0.0).await;
            }
            let time = now();
            let claim = with_counter(id, |counter| {
                let dirty = counter.is_dirty(time);
                dirty.then(|| (counter.claim_sync(time), counter.until_slot(time)))
            });
            match claim.flatten() {
                None => break,
                Some((true, _)) => {
                    self.run(id, None).await?;
                    break;
                }
                Some((false, wait_ms)) => delay_ms = wait_ms.max(1.0),
            }
        }
        Ok(())
    }

    /// Makes place for one more counter; what must leave is written first. One that KV does not take stays.
    pub async fn evict(&self) {
        // For this one, and for one of those that stayed while KV took nothing.
        for _ in 0..2 {
            let time = now();
            let Some((id, kv)) = counters(|table| table.evict(MAX_COUNTERS, time)) else {
                continue;
            };
            let until = with_counter(&id, |counter| counter.until_slot(time));
            let owner = Self { kv, ..self.clone() };
            // Boxed, since a flush is a future of its own kind.
            if let Err(error) = Box::pin(owner.flush(&id, until.unwrap_or(0.0))).await {
                self.report.note_code(Note::KvFailed, error.code());
            }
            if !counters(|table| table.let_go(&id, now())) {
                return;
            }
        }
    }

    /// What KV shows under a key, if that is a window which has not ended.
    ///
    /// # Errors
    /// KV failed.
    pub async fn read(&self, key: &str) -> Result<Option<Stored>, Error> {
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
        let options = PutOptions::expiring(seconds);
        self.kv
            .put(&key.into(), &stored.to_json().into(), &options)
            .await
    }
}

fn end(id: &CounterId, failed: bool) {
    with_counter(id, |counter| counter.end_sync(failed));
}
