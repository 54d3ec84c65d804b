//! What `RateLimitDurableObject` calls.

use wasm_bindgen::prelude::*;

use super::check::{Change, adjust, check, peek};
use super::state::Limits;
use crate::error::Error;
use crate::host::storage::StorageHandle;
use crate::object::body::{self, Body};
use crate::protocol::call_time::CHECK_LATE_MS;
use crate::rate_limit::algorithm::state::AlgorithmState;
use crate::rate_limit::limit::Limit;
use crate::rate_limit::request::{Request, call_id, prefix, request, requests};

/// Checks limits: all are counted, or none.
#[wasm_bindgen(js_name = limitCheck)]
pub fn limit_check(
    storage: StorageHandle,
    configs: JsValue,
    cost: JsValue,
    id: JsValue,
    sent: Option<f64>,
) -> JsValue {
    // A check is late sooner than other calls.
    body::within(storage, sent, CHECK_LATE_MS, |body: &mut Body<Limits>| {
        let (requests, id) = (requests(&configs, &cost)?, call_id(&id)?);
        Ok(check(body, &requests, id, sent)?.into_js(body.now))
    })
}

/// What a check of cost 1 would return.
#[wasm_bindgen(js_name = limitPeek)]
pub fn limit_peek(storage: StorageHandle, config: JsValue) -> JsValue {
    body::look(storage, |body: &Body<Limits>| {
        let request = request(&config, &1.into())?;
        Ok(peek(body, &request).into_js(body.now))
    })
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
    adjusted(storage, &config, &cost, &id, sent, AlgorithmState::take)
}

/// Gives back.
#[wasm_bindgen(js_name = limitRefund)]
pub fn limit_refund(
    storage: StorageHandle,
    config: JsValue,
    cost: JsValue,
    id: JsValue,
    sent: Option<f64>,
) -> JsValue {
    let give_back = |state: &mut AlgorithmState, limit: &Limit, _| state.give_back(limit);
    adjusted(storage, &config, &cost, &id, sent, give_back)
}

fn adjusted(
    storage: StorageHandle,
    config: &JsValue,
    cost: &JsValue,
    id: &JsValue,
    sent: Option<f64>,
    apply: fn(&mut AlgorithmState, &Limit, f64),
) -> JsValue {
    body::timely(storage, sent, |body: &mut Body<Limits>| {
        let (request, id) = (request(config, cost)?, call_id(id)?);
        let change = Change { id, sent, apply };
        Ok(adjust(body, &request, &change)?.into_js(body.now))
    })
}

/// Resets what was counted under a prefix, once for each id. Clients before 0.1 send neither an id nor the time.
#[wasm_bindgen(js_name = limitReset)]
pub fn limit_reset(
    storage: StorageHandle,
    key_prefix: JsValue,
    id: JsValue,
    sent: Option<f64>,
) -> JsValue {
    body::timely(storage, sent, |body: &mut Body<Limits>| {
        let prefix = prefix(key_prefix)?;
        if sent.is_none() {
            body.state.remove(&String::from(&prefix));
            return Ok(false.into());
        }
        reset(body, prefix, call_id(&id)?, sent)
    })
}

fn reset(
    body: &mut Body<Limits>,
    prefix: js_sys::JsString,
    id: f64,
    sent: Option<f64>,
) -> Result<JsValue, Error> {
    // Of whatever algorithm: the next check begins with nothing.
    let limit = Limit::new(1.0, 1.0, 1.0)?;
    let apply = |state: &mut AlgorithmState, _: &Limit, _| *state = AlgorithmState::ended();
    adjust(
        body,
        &Request { prefix, limit },
        &Change { id, sent, apply },
    )?;
    Ok(false.into())
}

/// The alarm: see [`body::on_alarm`].
#[wasm_bindgen(js_name = limitOnAlarm)]
pub fn limit_on_alarm(storage: StorageHandle) -> JsValue {
    body::on_alarm::<Limits>(storage)
}
