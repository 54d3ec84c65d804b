//! The JavaScript face of the object: one function for each method of its class, which has checked the types.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::sqlite::{AuthStorageObject, Once};
use super::statements::MIGRATIONS;
use crate::auth_storage::argument::{MAX_IDEMPOTENCY_KEY, check_value};
use crate::auth_storage::counter::Rule;
use crate::auth_storage::error::AuthStorageError;
use crate::auth_storage::model::Operation;
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::object::migrations;
use crate::object::storage::Storage;

fn object(storage: StorageHandle) -> AuthStorageObject {
    AuthStorageObject {
        storage: Storage(storage),
        now: now(),
    }
}

fn once(operation: Operation, key: JsString, sent: Option<f64>) -> Result<Once, AuthStorageError> {
    if !(1..=MAX_IDEMPOTENCY_KEY).contains(&key.length()) {
        return Err(AuthStorageError::IdempotencyKey);
    }
    Ok(Once {
        operation,
        key,
        sent,
    })
}

/// Brings the object's tables to their newest version.
#[wasm_bindgen(js_name = authOpen)]
pub fn auth_open(storage: StorageHandle, create: bool) -> JsValue {
    finish(migrations::open(&Storage(storage), &MIGRATIONS, create).map(JsValue::from))
}

/// `AuthStorageDurableObject.get`.
#[wasm_bindgen(js_name = authGet)]
pub fn auth_get(storage: StorageHandle) -> JsValue {
    finish(object(storage).get())
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
    let job = || -> CallResult {
        let once = once(Operation::Set, key, sent)?;
        check_value(&value)?;
        object(storage).set(&once, &value, ttl)
    };
    finish(job())
}

/// `AuthStorageDurableObject.delete`.
#[wasm_bindgen(js_name = authDelete)]
pub fn auth_delete(storage: StorageHandle, key: JsString, sent: Option<f64>) -> JsValue {
    let job = || object(storage).delete(&once(Operation::Delete, key, sent)?);
    finish(job())
}

/// `AuthStorageDurableObject.getAndDelete`.
#[wasm_bindgen(js_name = authGetAndDelete)]
pub fn auth_get_and_delete(storage: StorageHandle, key: JsString, sent: Option<f64>) -> JsValue {
    let job = || object(storage).take(&once(Operation::Take, key, sent)?);
    finish(job())
}

/// `AuthStorageDurableObject.increment`.
#[wasm_bindgen(js_name = authIncrement)]
pub fn auth_increment(
    storage: StorageHandle,
    key: JsString,
    ttl: f64,
    sent: Option<f64>,
) -> JsValue {
    let job = || -> CallResult {
        let once = once(Operation::Increment, key, sent)?;
        object(storage).increment(&once, ttl)
    };
    finish(job())
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
    let job = || -> CallResult {
        let rule = Rule { window, max };
        object(storage).consume(&once(Operation::Consume, key, sent)?, rule)
    };
    finish(job())
}

/// The alarm: returns whether nothing is left, and the object is to be emptied.
#[wasm_bindgen(js_name = authOnAlarm)]
pub fn auth_on_alarm(storage: StorageHandle) -> JsValue {
    finish(object(storage).alarm().map(JsValue::from))
}
