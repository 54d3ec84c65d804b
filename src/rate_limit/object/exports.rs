//! What `RateLimitDurableObject` calls. `storage` is undefined for an object that was never written.

use wasm_bindgen::prelude::*;

use super::check::{Change, adjust, check, look};
use super::sqlite::{Record, Store};
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::object::storage::Storage;
use crate::rate_limit::algorithm::state::AlgorithmState;
use crate::rate_limit::limit::Limit;
use crate::rate_limit::request::{Request, call_id, prefix, request, requests};

fn store(storage: Option<StorageHandle>) -> Store {
    Store(storage.map(Storage))
}

/// Makes the tables, or brings them to their newest version.
#[wasm_bindgen(js_name = limitOpen)]
pub fn limit_open(storage: StorageHandle, create: bool) -> JsValue {
    finish(Store::open(&Storage(storage), create).map(JsValue::from))
}

/// Checks limits: all are counted, or none.
#[wasm_bindgen(js_name = limitCheck)]
pub fn limit_check(
    storage: StorageHandle,
    configs: JsValue,
    cost: JsValue,
    id: JsValue,
) -> JsValue {
    finish(take(&store(Some(storage)), &configs, &cost, &id))
}

fn take(store: &Store, configs: &JsValue, cost: &JsValue, id: &JsValue) -> CallResult {
    let (requests, id, now) = (requests(configs, cost)?, call_id(id)?, now());
    Ok(check(store, &requests, id, now)?.into_js(now))
}

/// What a check of cost 1 would return.
#[wasm_bindgen(js_name = limitPeek)]
pub fn limit_peek(storage: Option<StorageHandle>, config: JsValue) -> JsValue {
    finish(looked(&store(storage), &config))
}

fn looked(store: &Store, config: &JsValue) -> CallResult {
    let (request, now) = (request(config, &1.into())?, now());
    let record = store.load(&request, now)?;
    Ok(look(&request, &record, now).into_js(now))
}

/// Takes, whether admitted or not.
#[wasm_bindgen(js_name = limitPenalize)]
pub fn limit_penalize(
    storage: StorageHandle,
    config: JsValue,
    cost: JsValue,
    id: JsValue,
    sent: Option<f64>,
) -> JsValue {
    let store = store(Some(storage));
    let take = |record: &mut Record, limit: &Limit, now| record.state.take(limit, now);
    finish(adjusted(&store, &config, &cost, &id, sent, take))
}

/// Gives back.
#[wasm_bindgen(js_name = limitRefund)]
pub fn limit_refund(
    storage: Option<StorageHandle>,
    config: JsValue,
    cost: JsValue,
    id: JsValue,
    sent: Option<f64>,
) -> JsValue {
    let store = store(storage);
    let give_back = |record: &mut Record, limit: &Limit, _| record.state.give_back(limit);
    finish(adjusted(&store, &config, &cost, &id, sent, give_back))
}

fn adjusted(
    store: &Store,
    config: &JsValue,
    cost: &JsValue,
    id: &JsValue,
    sent: Option<f64>,
    apply: fn(&mut Record, &Limit, f64),
) -> CallResult {
    let (request, id, now) = (request(config, cost)?, call_id(id)?, now());
    let change = Change { id, sent, apply };
    Ok(adjust(store, &request, &change, now)?.into_js(now))
}

/// Forgets a limit. Returns whether that was the last one.
#[wasm_bindgen(js_name = limitForget)]
pub fn limit_forget(storage: Option<StorageHandle>, key_prefix: JsValue) -> JsValue {
    let store = store(storage);
    finish(prefix(key_prefix).and_then(|prefix| Ok(store.forget(&prefix)?.into())))
}

/// Forgets what was counted under a prefix, once for each id.
#[wasm_bindgen(js_name = limitReset)]
pub fn limit_reset(
    storage: StorageHandle,
    key_prefix: JsValue,
    id: JsValue,
    sent: Option<f64>,
) -> JsValue {
    finish(reset(&store(Some(storage)), key_prefix, &id, sent))
}

fn reset(store: &Store, key_prefix: JsValue, id: &JsValue, sent: Option<f64>) -> CallResult {
    // Of whatever algorithm: the next check begins with nothing.
    let request = Request {
        prefix: prefix(key_prefix)?,
        limit: Limit::new(1.0, 1.0, 1.0)?,
    };
    let change = Change {
        id: call_id(id)?,
        sent,
        apply: |record, _, _| record.state = AlgorithmState::ended(),
    };
    adjust(store, &request, &change, now())?;
    Ok(false.into())
}

/// The alarm: forgets what has ended. True when nothing is left and the object can be emptied.
#[wasm_bindgen(js_name = limitOnAlarm)]
pub fn limit_on_alarm(storage: StorageHandle) -> JsValue {
    finish(store(Some(storage)).prune(now()).map(JsValue::from))
}
