//! What `CoordinationDurableObject` calls.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::sqlite::{KeyedCall, Store};
use crate::coordination::counter::model as counter;
use crate::coordination::error::CoordinationError;
use crate::coordination::lock::model::{Attempt, Lock};
use crate::coordination::text::is_text;
use crate::error::Error;
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::kv::ttl;
use crate::object::storage::Storage;

const fn store(storage: StorageHandle) -> Store {
    Store(Storage(storage))
}

/// Makes the tables, or brings them to their newest version.
#[wasm_bindgen(js_name = coordinationOpen)]
pub fn coordination_open(storage: StorageHandle, create: bool) -> JsValue {
    finish(Store::open(&Storage(storage), create).map(JsValue::from))
}

/// Takes the lock: `[fence, expiresAt]`; or `[ms]`, for which it is somebody else's at most.
#[wasm_bindgen(js_name = lockAcquire)]
pub fn lock_acquire(storage: StorageHandle, holder: &str, ttl_seconds: f64) -> JsValue {
    finish(acquire(&store(storage), holder, ttl_seconds))
}

fn acquire(store: &Store, holder: &str, ttl_seconds: f64) -> CallResult {
    check_holder(holder)?;
    let (ttl_ms, now) = (milliseconds(ttl_seconds)?, now());
    let known = store.lock(now)?;
    match Lock::acquire(known, holder, ttl_ms, now) {
        Attempt::Held(lock) => {
            store.save_lock(&lock)?;
            Ok(reply(&lock))
        }
        Attempt::Busy(ms) => Ok(Array::of1(&ms.into()).into()),
    }
}

/// Gives the holder another TTL: `[fence, expiresAt]`, or null for anybody else.
#[wasm_bindgen(js_name = lockExtend)]
pub fn lock_extend(
    storage: Option<StorageHandle>,
    holder: &str,
    ttl_seconds: f64,
    sent: Option<f64>,
) -> JsValue {
    finish(extend(storage.map(store), holder, ttl_seconds, sent))
}

fn extend(store: Option<Store>, holder: &str, ttl_seconds: f64, sent: Option<f64>) -> CallResult {
    check_holder(holder)?;
    let (ttl_ms, now) = (milliseconds(ttl_seconds)?, now());
    let Some(store) = store else {
        return Ok(JsValue::NULL);
    };
    let known = store.lock(now)?;
    match known.and_then(|lock| lock.extended(holder, ttl_ms, sent, now)) {
        Some(lock) => {
            store.save_lock(&lock)?;
            Ok(reply(&lock))
        }
        None => Ok(JsValue::NULL),
    }
}

/// Frees the lock. False for anybody but the holder, unless this `call` is what released it.
#[wasm_bindgen(js_name = lockRelease)]
pub fn lock_release(storage: Option<StorageHandle>, holder: &str, call: &str) -> JsValue {
    finish(release(storage.map(store), holder, call))
}

fn release(store: Option<Store>, holder: &str, call: &str) -> CallResult {
    check_holder(holder)?;
    check_holder(call)?;
    let now = now();
    let Some(store) = store else {
        return Ok(false.into());
    };
    let Some(known) = store.lock(now)? else {
        return Ok(false.into());
    };
    let mut lock = known.clone();
    let released = lock.release(holder, call, now);
    if lock != known {
        store.save_lock(&lock)?;
    }
    Ok(released.into())
}

fn reply(lock: &Lock) -> JsValue {
    Array::of2(&lock.fence.into(), &lock.expires_at.into()).into()
}

/// Adds to the counter, once for each key: the value after that.
#[wasm_bindgen(js_name = counterIncrement)]
pub fn counter_increment(
    storage: StorageHandle,
    by: f64,
    key: String,
    sent: Option<f64>,
) -> JsValue {
    finish(increment(&store(storage), by, key, sent))
}

fn increment(store: &Store, by: f64, key: String, sent: Option<f64>) -> CallResult {
    let by = counter::check_amount(by)?;
    let call = keyed_call(key, (by as i64).to_string(), sent)?;
    if let Some(known) = store.result_of(&call)? {
        return Ok(known.into());
    }
    let mut counter = store.counter()?;
    let value = counter.add(by)?;
    store.save_counter(counter, &call)?;
    Ok(value.into())
}

fn keyed_call(key: String, note: String, sent: Option<f64>) -> Result<KeyedCall, Error> {
    if !is_text(&key) {
        return Err(CoordinationError::Key.into());
    }
    Ok(KeyedCall {
        key,
        note,
        now: now(),
        sent,
    })
}

/// The value.
#[wasm_bindgen(js_name = counterCount)]
pub fn counter_count(storage: StorageHandle) -> JsValue {
    finish(store(storage).counter().map(|counter| counter.value.into()))
}

/// Sets the counter to 0, once for each key.
#[wasm_bindgen(js_name = counterReset)]
pub fn counter_reset(storage: Option<StorageHandle>, key: String, sent: Option<f64>) -> JsValue {
    finish(reset(storage.map(store), key, sent))
}

fn reset(store: Option<Store>, key: String, sent: Option<f64>) -> CallResult {
    let call = keyed_call(key, "reset".to_owned(), sent)?;
    if let Some(store) = store
        && store.result_of(&call)?.is_none()
    {
        let mut counter = store.counter()?;
        counter.value = 0.0;
        store.save_counter(counter, &call)?;
    }
    Ok(JsValue::NULL)
}

/// The alarm: forgets what has ended. True when nothing is left and the object can be emptied.
#[wasm_bindgen(js_name = coordinationOnAlarm)]
pub fn coordination_on_alarm(storage: StorageHandle) -> JsValue {
    finish(store(storage).on_alarm(now()).map(JsValue::from))
}

fn check_holder(holder: &str) -> Result<(), CoordinationError> {
    is_text(holder)
        .then_some(())
        .ok_or(CoordinationError::Holder)
}

fn milliseconds(seconds: f64) -> Result<f64, Error> {
    ttl::check(seconds)?;
    Ok((seconds * 1_000.0).ceil())
}
