//! What the cart's class calls: synchronous, inside the object.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::sqlite::SqlCart;
use super::statements::MIGRATIONS;
use crate::cart::call::{Call, Outcome, check_key};
use crate::cart::change::Change;
use crate::cart::error::CartError;
use crate::cart::merge::{self, Begun};
use crate::cart::policy::Policy;
use crate::cart::{idempotency, operations, parse};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::object::migrations;
use crate::object::storage::Storage;

const fn cart_in(storage: StorageHandle) -> SqlCart {
    SqlCart::new(Storage(storage))
}

// Makes a call if it is one.
fn with_call(
    call: Result<Call, CartError>,
    sent: Option<f64>,
    job: impl FnOnce(Call) -> CallResult,
) -> JsValue {
    finish(
        call.map_err(Error::from)
            .and_then(|call| job(call.sent(sent))),
    )
}

// What every mutation returns: the version, whether the line was there, and the cart as JSON.
fn reply(cart: SqlCart, outcome: Outcome) -> CallResult {
    let json = if outcome.version > 0.0 {
        cart.into_json()?
    } else {
        "{}".into()
    };
    let reply = Array::of3(&outcome.version.into(), &outcome.found.into(), &json);
    Ok(reply.into())
}

/// Brings the cart's tables to their newest version: see [`migrations::open`].
#[wasm_bindgen(js_name = cartOpen)]
pub fn cart_open(storage: StorageHandle, create: bool) -> JsValue {
    finish(migrations::open(&Storage(storage), MIGRATIONS, create).map(JsValue::from))
}

/// A read: `[version, cart as JSON]`, or null when there is no cart. Renews the TTL.
#[wasm_bindgen(js_name = cartRead)]
pub fn cart_read(storage: StorageHandle, ttl_seconds: f64, owner: Option<String>) -> JsValue {
    let call = Call::new(now(), ttl_seconds, None, None, owner);
    with_call(call, None, |call| {
        let mut cart = cart_in(storage);
        match operations::read(&mut cart, &call)? {
            Some(version) => Ok(Array::of2(&version.into(), &cart.into_json()?.into()).into()),
            None => Ok(JsValue::NULL),
        }
    })
}

/// Replaces the cart: see [`operations::set_lines`].
#[wasm_bindgen(js_name = cartSet)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn cart_set(
    storage: StorageHandle,
    lines: JsString,
    ttl_seconds: f64,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
    sent: Option<f64>,
) -> JsValue {
    let call = Call::new(now(), ttl_seconds, key, if_version, owner);
    with_call(call, sent, |call| {
        let parsed = parse::lines(&lines)?;
        let call = call.doing("set", &String::from(&lines));
        let mut cart = cart_in(storage);
        let outcome = operations::set_lines(&mut cart, &parsed, &call)?;
        reply(cart, outcome)
    })
}

/// Applies changes: see [`operations::change`]. With `one` it takes one, which needs no transaction.
#[wasm_bindgen(js_name = cartChange)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn cart_change(
    storage: StorageHandle,
    one: bool,
    changes: JsString,
    ttl_seconds: f64,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
    sent: Option<f64>,
) -> JsValue {
    let call = Call::new(now(), ttl_seconds, key, if_version, owner);
    with_call(call, sent, |call| {
        let parsed: Vec<Change> = parse::changes(&changes)?;
        if one && parsed.len() != 1 {
            return Err(CartError::BadChange.into());
        }
        let call = call.doing("change", &String::from(&changes));
        let mut cart = cart_in(storage);
        let outcome = operations::change(&mut cart, &parsed, &call)?;
        reply(cart, outcome)
    })
}

/// Deletes the cart: see [`operations::delete`].
#[wasm_bindgen(js_name = cartDelete)]
pub fn cart_delete(
    storage: StorageHandle,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
    sent: Option<f64>,
) -> JsValue {
    let call = Call::new(now(), 1.0, key, if_version, owner);
    with_call(call, sent, |call| {
        let call = call.doing("delete", "");
        operations::delete(&mut cart_in(storage), &call)?;
        Ok(JsValue::NULL)
    })
}

/// Remembers that a call was refused: see [`idempotency::refused`].
#[wasm_bindgen(js_name = cartRefused)]
pub fn cart_refused(
    storage: StorageHandle,
    key: String,
    if_version: Option<f64>,
    sent: f64,
    code: String,
) -> JsValue {
    let call = Call::new(now(), 1.0, Some(key), if_version, None);
    with_call(call, Some(sent), |call| {
        idempotency::refused(&mut cart_in(storage), &call, &code)?;
        Ok(JsValue::NULL)
    })
}

/// Begins a merge in its source: `[id, cart as JSON]`; `[version]`, if it is not the one that was read; null when
/// there is nothing to merge.
#[wasm_bindgen(js_name = cartBeginMerge)]
pub fn cart_begin_merge(
    storage: StorageHandle,
    into: String,
    id: String,
    owner: Option<String>,
    if_version: Option<f64>,
    sent: Option<f64>,
) -> JsValue {
    let call = Call::new(now(), 1.0, Some(id.clone()), if_version, owner);
    with_call(call, sent, |call| {
        check_key(&into, CartError::BadId)?;
        let mut cart = cart_in(storage);
        match merge::begin_merge(&mut cart, &into, &id, &call)? {
            Begun::Merge(id) => Ok(Array::of2(&id.into(), &cart.into_json()?.into()).into()),
            Begun::Changed(version) => Ok(Array::of1(&version.into()).into()),
            Begun::Nothing => Ok(JsValue::NULL),
        }
    })
}

/// Merges lines into the cart: see [`merge::merge_lines`].
#[wasm_bindgen(js_name = cartMerge)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn cart_merge(
    storage: StorageHandle,
    id: String,
    lines: JsString,
    policy: String,
    ttl_seconds: f64,
    if_version: Option<f64>,
    owner: Option<String>,
    sent: Option<f64>,
) -> JsValue {
    let call = Call::new(now(), ttl_seconds, Some(id.clone()), if_version, owner);
    with_call(call, sent, |call| {
        let policy = Policy::named(&policy)?;
        let lines = parse::lines(&lines)?;
        let mut cart = cart_in(storage);
        let outcome = merge::merge_lines(&mut cart, &id, &lines, policy, call)?;
        reply(cart, outcome)
    })
}

/// Gives a merge up in its target: see [`merge::give_up`].
#[wasm_bindgen(js_name = cartGiveUpMerge)]
pub fn cart_give_up_merge(storage: StorageHandle, id: String, sent: Option<f64>) -> JsValue {
    let done = merge::give_up(&mut cart_in(storage), &id, sent, now());
    finish(done.map(JsValue::from))
}

/// Ends a merge in its source: see [`merge::end_merge`].
#[wasm_bindgen(js_name = cartEndMerge)]
pub fn cart_end_merge(
    storage: StorageHandle,
    id: String,
    merged: bool,
    sent: Option<f64>,
) -> JsValue {
    let ended = merge::end_merge(&mut cart_in(storage), &id, merged, sent, now());
    finish(ended.map(|()| JsValue::NULL))
}

/// The alarm: true when nothing is left and the object can be emptied.
#[wasm_bindgen(js_name = cartOnAlarm)]
pub fn cart_on_alarm(storage: StorageHandle) -> JsValue {
    let nothing_left = operations::on_alarm(&mut cart_in(storage), now());
    finish(nothing_left.map(JsValue::from))
}
