//! How an isolate agrees with KV: reading, deciding, writing, at most once a second for each key.

use wasm_bindgen::prelude::*;

use super::client::{RateLimiterClient, counters};
use super::counter::Counter;
use super::table::{CounterId, MAX_COUNTERS, Room};
use crate::error::Error;
use crate::host::clock::{now, sleep};
use crate::host::json;
use crate::host::kv::PutOptions;
use crate::host::report::Note;
use crate::host::task::{CallResult, wait};
use crate::kv::failure::was_rate_limited;
use crate::kv::ttl;
use crate::rate_limit::limit::{Decision, Limit, OnUnavailable, Stored};

#[wasm_bindgen]
extern "C" {
    /// The stored pair, parsed. It comes from `JSON.parse`, so reading its properties does not throw.
    type StoredPair;
    #[wasm_bindgen(method, getter, structural)]
    fn count(this: &StoredPair) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = resetAt)]
    fn reset_at(this: &StoredPair) -> JsValue;
}

impl RateLimiterClient {
    // The first calls for a key: each reads, since none may decide without what KV knows; the first
    // to come back brings the counter, and the others count on it.
    pub(super) async fn begin(
        &self,
        id: &CounterId,
        limit: &Limit,
    ) -> Result<Option<Decision>, Error> {
        let read = self.read(&id.key).await;
        if let Err(error) = &read {
            if self.on_unavailable == OnUnavailable::Throw {
                return read.map(|_| None);
            }
            self.report.note_code(Note::KvFailed, error.code());
        }
        self.make_room().await;
        let time = now();
        let leads = counters(|table| {
            if table.get(id).is_some() {
                return false;
            }
            let mut counter = Counter::begin(time, limit.window_ms);
            match &read {
                Ok(stored) => counter.adopt(*stored, time),
                // Without KV the isolate counts alone, and asks again in a second.
                Err(_) => counter.end_sync(true),
            }
            table.insert(id.clone(), counter, self.kv.clone());
            read.is_ok()
        });
        if leads {
            return self.finish_sync(id, Some(limit)).await;
        }
        Ok(self.decide(id, limit, now()))
    }

    // For who claimed the sync: read, decide, write.
    pub(super) async fn sync(
        &self,
        id: &CounterId,
        limit: Option<&Limit>,
    ) -> Result<Option<Decision>, Error> {
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
                    return Ok(self.decide(id, limit, now()));
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
        let time = now();
        let decision = limit.and_then(|limit| self.decide(id, limit, time));
        let write = counters(|table| {
            // A flush was promised for its turn, or the counter is about to leave.
            let counter = table
                .get(id)
                .filter(|counter| limit.is_none() || counter.turn_in(time) == 0.0)?;
            Some((counter.to_write()?, counter.own()))
        });
        let Some((stored, own)) = write else {
            end_sync(id, false);
            return Ok(decision);
        };
        match self.write(&id.key, stored).await {
            Ok(()) => {
                counters(|table| {
                    if let Some(counter) = table.get(id) {
                        counter.wrote(stored, own, now());
                    }
                });
                end_sync(id, false);
                Ok(decision)
            }
            // Another isolate wrote within this second. The count waits for the next beat.
            Err(error) if was_rate_limited(&error) => {
                self.report.note_code(Note::KvFailed, error.code());
                counters(|table| {
                    if let Some(counter) = table.get(id) {
                        counter.was_refused(now());
                    }
                });
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

    /// Writes what waits of a counter, after `delay_ms`.
    ///
    /// # Errors
    /// KV failed; what waits is kept for the next call.
    pub async fn flush(&self, id: &CounterId, delay_ms: f64) -> CallResult {
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

    pub(super) async fn make_room(&self) {
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

    pub(super) async fn read(&self, key: &str) -> Result<Option<Stored>, Error> {
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
            .put(
                &key.into(),
                &stored.to_json().into(),
                &PutOptions::expiring(seconds),
            )
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
