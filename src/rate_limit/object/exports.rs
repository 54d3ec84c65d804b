//! What `RateLimitDurableObject` calls, inside a transaction where it writes. `storage` is undefined for
//! an object that was never written.

use wasm_bindgen::prelude::*;

use super::request::{Request, call_id, prefix, request, requests};
use super::store::{Record, Store};
use super::{adjust, check, look};
use crate::error::Error;
use crate::host::now;
use crate::host::storage::{Storage, StorageHandle};
use crate::host::task::run;

fn store(storage: Option<StorageHandle>) -> Store {
    Store(storage.map(Storage))
}

/// Makes the tables, or brings them to their newest version.
#[wasm_bindgen(js_name = limitTables)]
pub fn limit_tables(storage: StorageHandle, create: bool) -> JsValue {
    run(async move { Ok(Store::open(&Storage(storage), create)?.into()) })
}

/// Checks limits: all are counted, or none.
#[wasm_bindgen(js_name = limitTake)]
pub fn limit_take(storage: StorageHandle, configs: JsValue, cost: JsValue, id: JsValue) -> JsValue {
    run(async move {
        let (requests, id, now) = (requests(&configs, &cost)?, call_id(&id)?, now());
        let answer = check(&store(Some(storage)), &requests, id, now)?;
        Ok(answer.into_js(now))
    })
}

/// What a check of cost 1 would answer.
#[wasm_bindgen(js_name = limitLook)]
pub fn limit_look(storage: Option<StorageHandle>, config: JsValue) -> JsValue {
    run(async move {
        let (request, now) = (request(&config, &1.into())?, now());
        let record = store(storage).load(&request, now)?;
        Ok(look(&request, &record, now).into_js(now))
    })
}

/// Takes, whether admitted or not.
#[wasm_bindgen(js_name = limitPenalize)]
pub fn limit_penalize(
    storage: StorageHandle,
    config: JsValue,
    cost: JsValue,
    id: JsValue,
) -> JsValue {
    run(async move {
        adjusted(Some(storage), &config, &cost, &id, |record, limit, now| {
            record.meter.take(limit, now);
        })
    })
}

/// Gives back.
#[wasm_bindgen(js_name = limitRefund)]
pub fn limit_refund(
    storage: Option<StorageHandle>,
    config: JsValue,
    cost: JsValue,
    id: JsValue,
) -> JsValue {
    run(async move {
        adjusted(storage, &config, &cost, &id, |record, limit, _| {
            record.meter.give_back(limit);
        })
    })
}

fn adjusted(
    storage: Option<StorageHandle>,
    config: &JsValue,
    cost: &JsValue,
    id: &JsValue,
    change: fn(&mut Record, &crate::rate_limit::model::Limit, f64),
) -> Result<JsValue, Error> {
    let (request, id, now): (Request, f64, f64) = (request(config, cost)?, call_id(id)?, now());
    Ok(adjust(&store(storage), &request, id, change, now)?.into_js(now))
}

/// Forgets a limit. Answers whether that was the last one.
#[wasm_bindgen(js_name = limitForget)]
pub fn limit_forget(storage: Option<StorageHandle>, key_prefix: JsValue) -> JsValue {
    run(async move { Ok(store(storage).forget(&prefix(key_prefix)?)?.into()) })
}

/// Forgets what has ended, and sets the alarm for the rest. Answers whether anything is left.
#[wasm_bindgen(js_name = limitPrune)]
pub fn limit_prune(storage: StorageHandle) -> JsValue {
    run(async move { Ok(store(Some(storage)).prune(now())?.into()) })
}
