//! What the cart's class calls: synchronous, inside the object.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::sqlite::{MIGRATIONS, Sent, SqlCart};
use crate::cart::idempotency;
use crate::cart::merge::{self, Begun};
use crate::cart::model::{self, CartError, Policy};
use crate::cart::operations;
use crate::cart::parse;
use crate::cart::storage::{Outcome, Terms};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::object::migrations;
use crate::object::storage::Storage;

/// Brings the cart's tables to their newest version: see [`migrations::open`].
#[wasm_bindgen(js_name = cartOpen)]
pub fn cart_open(storage: StorageHandle, create: bool) -> JsValue {
    finish(migrations::open(&Storage(storage), MIGRATIONS, create).map(JsValue::from))
}

fn terms(
    ttl_seconds: f64,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
) -> Result<Terms, CartError> {
    Terms::new(now(), ttl_seconds, key, if_version, owner)
}

fn cart_in(storage: StorageHandle, sent: Sent) -> SqlCart {
    SqlCart::new(Storage(storage), sent)
}

// What one statement reads about a call.
fn about(terms: &Terms, line: Option<String>) -> Sent {
    Sent {
        key: terms.key.clone(),
        refusal_key: terms.refusal_key(),
        line,
        now: terms.now,
    }
}

// What every mutation answers: the version, whether the line was there, and the cart as JSON.
fn told(cart: &SqlCart, outcome: Outcome) -> CallResult {
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
pub fn cart_read(storage: StorageHandle, ttl_seconds: f64, owner: Option<String>) -> JsValue {
    let cart = &mut cart_in(storage, Sent::default());
    finish(read(cart, ttl_seconds, owner))
}

fn read(cart: &mut SqlCart, ttl_seconds: f64, owner: Option<String>) -> CallResult {
    let terms = terms(ttl_seconds, None, None, owner)?;
    match operations::read(cart, &terms)? {
        Some(version) => Ok(Array::of2(&version.into(), &cart.json()?.into()).into()),
        None => Ok(JsValue::NULL),
    }
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
    finish(
        terms(ttl_seconds, key, if_version, owner)
            .map_err(Error::from)
            .and_then(|terms| {
                let parsed = parse::lines(&lines)?;
                let terms = terms.sent(sent).doing("set", &String::from(&lines));
                let cart = &mut cart_in(storage, about(&terms, None));
                let outcome = operations::set_lines(cart, &parsed, &terms)?;
                told(cart, outcome)
            }),
    )
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
    let terms = terms(ttl_seconds, key, if_version, owner);
    finish(
        terms
            .map_err(Error::from)
            .and_then(|terms| change(storage, one, &changes, terms.sent(sent))),
    )
}

fn change(storage: StorageHandle, one: bool, json: &JsString, terms: Terms) -> CallResult {
    let changes = parse::changes(json)?;
    let terms = &terms.doing("change", &String::from(json));
    let line = match changes.as_slice() {
        [only] => Some(only.key().to_owned()),
        _ if one => return Err(CartError::BadChange.into()),
        _ => None,
    };
    let cart = &mut cart_in(storage, about(terms, line));
    let outcome = operations::change(cart, &changes, terms)?;
    told(cart, outcome)
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
    finish(
        terms(1.0, key, if_version, owner)
            .map_err(Error::from)
            .and_then(|terms| {
                let terms = terms.sent(sent).doing("delete", "");
                let cart = &mut cart_in(storage, about(&terms, None));
                operations::delete(cart, &terms)?;
                Ok(JsValue::NULL)
            }),
    )
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
    let cart = &mut cart_in(storage, Sent::default());
    let terms = terms(1.0, Some(key), if_version, None);
    finish(terms.map_err(Error::from).and_then(|terms| {
        idempotency::refused(cart, &terms.sent(Some(sent)), &code)?;
        Ok(JsValue::NULL)
    }))
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
    let terms = terms(1.0, Some(id.clone()), if_version, owner);
    finish(
        terms
            .map_err(Error::from)
            .and_then(|terms| begin_merge(storage, &into, &id, &terms.sent(sent))),
    )
}

fn begin_merge(storage: StorageHandle, into: &str, id: &str, terms: &Terms) -> CallResult {
    model::check_key(into, CartError::BadId)?;
    let cart = &mut cart_in(storage, about(terms, None));
    match merge::begin_merge(cart, into, id, terms)? {
        Begun::Merge(id) => Ok(Array::of2(&id.into(), &cart.json()?.into()).into()),
        Begun::Changed(version) => Ok(Array::of1(&version.into()).into()),
        Begun::Nothing => Ok(JsValue::NULL),
    }
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
    let terms = terms(ttl_seconds, Some(id.clone()), if_version, owner);
    finish(terms.map_err(Error::from).and_then(|terms| {
        let terms = terms.sent(sent);
        let cart = &mut cart_in(storage, about(&terms, None));
        let policy = Policy::named(&policy)?;
        let lines = parse::lines(&lines)?;
        let outcome = merge::merge_lines(cart, &id, &lines, policy, terms)?;
        told(cart, outcome)
    }))
}

/// Gives a merge up in its target: see [`merge::give_up`].
#[wasm_bindgen(js_name = cartGiveUp)]
pub fn cart_give_up(storage: StorageHandle, id: String, sent: Option<f64>) -> JsValue {
    let cart = &mut cart_in(storage, Sent::default());
    finish(merge::give_up(cart, &id, sent, now()).map(JsValue::from))
}

/// Ends a merge in its source: see [`merge::end_merge`].
#[wasm_bindgen(js_name = cartEndMerge)]
pub fn cart_end_merge(
    storage: StorageHandle,
    id: String,
    merged: bool,
    sent: Option<f64>,
) -> JsValue {
    let cart = &mut cart_in(storage, Sent::default());
    let ended = merge::end_merge(cart, &id, merged, sent, now());
    finish(ended.map(|()| JsValue::NULL))
}

/// The alarm: true when nothing is left and the object can be emptied.
#[wasm_bindgen(js_name = cartWake)]
pub fn cart_wake(storage: StorageHandle) -> JsValue {
    let cart = &mut cart_in(storage, Sent::default());
    finish(operations::wake(cart, now()).map(JsValue::from))
}
