//! What the cart's class calls: synchronous, inside the object.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::lines::SqlCart;
use super::state::Kept;
use crate::cart::call::{Call, Outcome, check_key};
use crate::cart::change::Change;
use crate::cart::error::CartError;
use crate::cart::merge::{self, Begun};
use crate::cart::policy::Policy;
use crate::cart::{idempotency, operations, parse};
use crate::host::storage::StorageHandle;
use crate::host::task::CallResult;
use crate::object::body;

// What a call carries beside what it does.
struct Terms {
    ttl_seconds: f64,
    key: Option<JsString>,
    if_version: Option<f64>,
    owner: Option<JsString>,
    sent: Option<f64>,
}

// Makes a call on a cart if it is one.
fn with_call(
    storage: StorageHandle,
    terms: Terms,
    job: &mut dyn FnMut(&mut SqlCart, Call) -> CallResult,
) -> JsValue {
    let Terms {
        ttl_seconds,
        key,
        if_version,
        owner,
        sent,
    } = terms;
    body::timely::<Kept>(storage, sent, |body| {
        let (key, owner) = (key.map(String::from), owner.map(String::from));
        let call = Call::new(body.now, ttl_seconds, key, if_version, owner)?;
        job(&mut SqlCart(body), call.sent(sent))
    })
}

// What every mutation returns: the version, whether the line was there, and the cart as JSON.
fn reply(cart: &SqlCart, outcome: Outcome) -> CallResult {
    let json = if outcome.version > 0.0 {
        cart.json()?
    } else {
        "{}".into()
    };
    let reply = Array::of3(&outcome.version.into(), &outcome.found.into(), &json);
    Ok(reply.into())
}

/// A read: `[version, cart as JSON]`, or null when there is no cart. Renews the TTL.
#[wasm_bindgen(js_name = cartRead)]
pub fn cart_read(storage: StorageHandle, ttl_seconds: f64, owner: Option<JsString>) -> JsValue {
    let terms = Terms {
        ttl_seconds,
        key: None,
        if_version: None,
        owner,
        sent: None,
    };
    with_call(
        storage,
        terms,
        &mut |cart, call| match operations::read(cart, &call)? {
            Some(version) => Ok(Array::of2(&version.into(), &cart.json()?.into()).into()),
            None => Ok(JsValue::NULL),
        },
    )
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
    key: Option<JsString>,
    if_version: Option<f64>,
    owner: Option<JsString>,
    sent: Option<f64>,
) -> JsValue {
    let terms = Terms {
        ttl_seconds,
        key,
        if_version,
        owner,
        sent,
    };
    with_call(storage, terms, &mut |cart, call| {
        let parsed = parse::lines(&lines)?;
        let call = call.doing("set", || String::from(&lines));
        let outcome = operations::set_lines(cart, &parsed, &call)?;
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
    key: Option<JsString>,
    if_version: Option<f64>,
    owner: Option<JsString>,
    sent: Option<f64>,
) -> JsValue {
    let terms = Terms {
        ttl_seconds,
        key,
        if_version,
        owner,
        sent,
    };
    with_call(storage, terms, &mut |cart, call| {
        let parsed: Vec<Change> = parse::changes(&changes)?;
        if one && parsed.len() != 1 {
            return Err(CartError::BadChange.into());
        }
        let call = call.doing("change", || String::from(&changes));
        let outcome = operations::change(cart, &parsed, &call)?;
        reply(cart, outcome)
    })
}

/// Deletes the cart: see [`operations::delete`].
#[wasm_bindgen(js_name = cartDelete)]
pub fn cart_delete(
    storage: StorageHandle,
    key: Option<JsString>,
    if_version: Option<f64>,
    owner: Option<JsString>,
    sent: Option<f64>,
) -> JsValue {
    let terms = Terms {
        ttl_seconds: 1.0,
        key,
        if_version,
        owner,
        sent,
    };
    with_call(storage, terms, &mut |cart, call| {
        operations::delete(cart, &call.doing("delete", String::new))?;
        Ok(JsValue::NULL)
    })
}

/// Remembers that a call was refused: see [`idempotency::refused`].
#[wasm_bindgen(js_name = cartRefused)]
pub fn cart_refused(
    storage: StorageHandle,
    key: JsString,
    if_version: Option<f64>,
    sent: f64,
    code: JsString,
) -> JsValue {
    let terms = Terms {
        ttl_seconds: 1.0,
        key: Some(key),
        if_version,
        owner: None,
        sent: Some(sent),
    };
    with_call(storage, terms, &mut |cart, call| {
        idempotency::refused(cart, &call, &String::from(&code))?;
        Ok(JsValue::NULL)
    })
}

/// Begins a merge in its source: `[id, cart as JSON]`; `[version]`, if it is not the one that was read; null when
/// there is nothing to merge.
#[wasm_bindgen(js_name = cartBeginMerge)]
pub fn cart_begin_merge(
    storage: StorageHandle,
    into: JsString,
    id: JsString,
    owner: Option<JsString>,
    if_version: Option<f64>,
    sent: Option<f64>,
) -> JsValue {
    let terms = Terms {
        ttl_seconds: 1.0,
        key: Some(id.clone()),
        if_version,
        owner,
        sent,
    };
    with_call(storage, terms, &mut |cart, call| {
        let (into, id) = (String::from(&into), String::from(&id));
        check_key(&into, CartError::BadId)?;
        match merge::begin_merge(cart, &into, &id, &call)? {
            Begun::Merge(id) => Ok(Array::of2(&id.into(), &cart.json()?.into()).into()),
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
    id: JsString,
    lines: JsString,
    policy: JsString,
    ttl_seconds: f64,
    if_version: Option<f64>,
    owner: Option<JsString>,
    sent: Option<f64>,
) -> JsValue {
    let terms = Terms {
        ttl_seconds,
        key: Some(id.clone()),
        if_version,
        owner,
        sent,
    };
    with_call(storage, terms, &mut |cart, call| {
        let policy = Policy::named(&String::from(&policy))?;
        let lines = parse::lines(&lines)?;
        let outcome = merge::merge_lines(cart, &String::from(&id), &lines, policy, call)?;
        reply(cart, outcome)
    })
}

/// Gives a merge up in its target: see [`merge::give_up`].
#[wasm_bindgen(js_name = cartGiveUpMerge)]
pub fn cart_give_up_merge(storage: StorageHandle, id: JsString, sent: Option<f64>) -> JsValue {
    body::timely::<Kept>(storage, sent, |body| {
        let now = body.now;
        merge::give_up(&mut SqlCart(body), &String::from(id), sent, now).map(JsValue::from)
    })
}

/// Ends a merge in its source: see [`merge::end_merge`].
#[wasm_bindgen(js_name = cartEndMerge)]
pub fn cart_end_merge(
    storage: StorageHandle,
    id: JsString,
    merged: bool,
    sent: Option<f64>,
) -> JsValue {
    body::timely::<Kept>(storage, sent, |body| {
        let now = body.now;
        merge::end_merge(&mut SqlCart(body), &String::from(id), merged, sent, now)
            .map(|()| JsValue::NULL)
    })
}

/// The alarm: see [`body::on_alarm`].
#[wasm_bindgen(js_name = cartOnAlarm)]
pub fn cart_on_alarm(storage: StorageHandle) -> JsValue {
    body::on_alarm::<Kept>(storage)
}
