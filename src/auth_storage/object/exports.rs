//! The JavaScript face of the object: one function for each method of its class, which has checked the types.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::calls::{self, Object, Once};
use super::state::Held;
use crate::auth_storage::argument::{MAX_IDEMPOTENCY_KEY, check_value};
use crate::auth_storage::counter::Rule;
use crate::auth_storage::error::AuthStorageError;
use crate::auth_storage::model::Operation;
use crate::host::storage::StorageHandle;
use crate::host::task::CallResult;
use crate::object::body;

// Makes a call of an operation, once for its key.
fn once(
    storage: StorageHandle,
    operation: Operation,
    key: JsString,
    sent: Option<f64>,
    job: &mut dyn FnMut(&mut Object, &Once) -> CallResult,
) -> JsValue {
    body::timely(storage, sent, |object| {
        if !(1..=MAX_IDEMPOTENCY_KEY).contains(&key.length()) {
            return Err(AuthStorageError::IdempotencyKey.into());
        }
        let key = String::from(key);
        let once = Once {
            operation,
            key,
            sent,
        };
        job(object, &once)
    })
}

/// `AuthStorageDurableObject.get`.
#[wasm_bindgen(js_name = authGet)]
pub fn auth_get(storage: StorageHandle) -> JsValue {
    body::look(storage, calls::get)
}

/// `AuthStorageDurableObject.set`.
#[wasm_bindgen(js_name = authSet)]
pub fn auth_set(
    storage: StorageHandle,
    key: JsString,
    value: JsString,
    ttl: Option<f64>,
    sent: Option<f64>,
) -> JsValue {
    once(storage, Operation::Set, key, sent, &mut |object, once| {
        check_value(&value)?;
        calls::set(object, once, &value, ttl)
    })
}

/// `AuthStorageDurableObject.delete`.
#[wasm_bindgen(js_name = authDelete)]
pub fn auth_delete(storage: StorageHandle, key: JsString, sent: Option<f64>) -> JsValue {
    once(storage, Operation::Delete, key, sent, &mut calls::delete)
}

/// `AuthStorageDurableObject.getAndDelete`.
#[wasm_bindgen(js_name = authGetAndDelete)]
pub fn auth_get_and_delete(storage: StorageHandle, key: JsString, sent: Option<f64>) -> JsValue {
    once(storage, Operation::Take, key, sent, &mut calls::take)
}

/// `AuthStorageDurableObject.increment`.
#[wasm_bindgen(js_name = authIncrement)]
pub fn auth_increment(
    storage: StorageHandle,
    key: JsString,
    ttl: f64,
    sent: Option<f64>,
) -> JsValue {
    once(
        storage,
        Operation::Increment,
        key,
        sent,
        &mut |object, once| calls::increment(object, once, ttl),
    )
}

/// `AuthStorageDurableObject.consume`.
#[wasm_bindgen(js_name = authConsume)]
pub fn auth_consume(
    storage: StorageHandle,
    key: JsString,
    window: f64,
    max: f64,
    sent: Option<f64>,
) -> JsValue {
    once(
        storage,
        Operation::Consume,
        key,
        sent,
        &mut |object, once| calls::consume(object, once, Rule { window, max }),
    )
}

/// The alarm: see [`body::on_alarm`].
#[wasm_bindgen(js_name = authOnAlarm)]
pub fn auth_on_alarm(storage: StorageHandle) -> JsValue {
    body::on_alarm::<Held>(storage)
}
