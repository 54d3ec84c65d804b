//! The JavaScript face of the object: one function for each method of its class. What comes in by RPC
//! may be anything, so nothing is taken for granted here.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::sqlite::{AuthStorageObject, Once};
use super::statements::MIGRATIONS;
use crate::auth_storage::argument::{MAX_IDEMPOTENCY_KEY, number_of, ttl_of, value_of};
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

fn once(operation: Operation, key: &JsValue, sent: Option<f64>) -> Result<Once, AuthStorageError> {
    let key: &JsString = key
        .dyn_ref()
        .filter(|key: &&JsString| (1..=MAX_IDEMPOTENCY_KEY).contains(&key.length()))
        .ok_or(AuthStorageError::IdempotencyKey)?;
    Ok(Once {
        operation,
        key: key.clone(),
        sent,
    })
}

/// Brings the object's tables to their newest version.
#[wasm_bindgen(js_name = authOpen)]
pub fn open(storage: StorageHandle, create: bool) -> JsValue {
    finish(migrations::open(&Storage(storage), &MIGRATIONS, create).map(JsValue::from))
}

/// `AuthStorageDurableObject.get`.
#[wasm_bindgen(js_name = authHeld)]
pub fn get(storage: StorageHandle) -> JsValue {
    finish(object(storage).get())
}

/// `AuthStorageDurableObject.set`.
#[wasm_bindgen(js_name = authPut)]
pub fn set(
    storage: StorageHandle,
    key: &JsValue,
    value: &JsValue,
    ttl: &JsValue,
    sent: Option<f64>,
) -> JsValue {
    let job = || -> CallResult {
        let once = once(Operation::Set, key, sent)?;
        let value = value_of(value)?;
        object(storage).set(&once, &value, ttl_of(ttl)?)
    };
    finish(job())
}

/// `AuthStorageDurableObject.delete`.
#[wasm_bindgen(js_name = authRemove)]
pub fn delete(storage: StorageHandle, key: &JsValue, sent: Option<f64>) -> JsValue {
    let job = || object(storage).delete(&once(Operation::Delete, key, sent)?);
    finish(job())
}

/// `AuthStorageDurableObject.getAndDelete`.
#[wasm_bindgen(js_name = authTake)]
pub fn take(storage: StorageHandle, key: &JsValue, sent: Option<f64>) -> JsValue {
    let job = || object(storage).take(&once(Operation::Take, key, sent)?);
    finish(job())
}

/// `AuthStorageDurableObject.increment`.
#[wasm_bindgen(js_name = authCount)]
pub fn increment(
    storage: StorageHandle,
    key: &JsValue,
    ttl: &JsValue,
    sent: Option<f64>,
) -> JsValue {
    let job = || -> CallResult {
        let once = once(Operation::Increment, key, sent)?;
        object(storage).increment(&once, number_of(ttl))
    };
    finish(job())
}

/// `AuthStorageDurableObject.consume`.
#[wasm_bindgen(js_name = authAdmit)]
pub fn consume(
    storage: StorageHandle,
    key: &JsValue,
    window: &JsValue,
    max: &JsValue,
    sent: Option<f64>,
) -> JsValue {
    let job = || -> CallResult {
        let rule = Rule {
            window: number_of(window),
            max: number_of(max),
        };
        object(storage).consume(&once(Operation::Consume, key, sent)?, rule)
    };
    finish(job())
}

/// The alarm: returns whether nothing is left, and the object is to be emptied.
#[wasm_bindgen(js_name = authAlarm)]
pub fn alarm(storage: StorageHandle) -> JsValue {
    finish(object(storage).alarm().map(JsValue::from))
}
