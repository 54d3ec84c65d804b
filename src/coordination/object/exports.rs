//! What `CoordinationDurableObject` calls.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::state::Coordination;
use crate::coordination::counter::model as counter;
use crate::coordination::error::CoordinationError;
use crate::coordination::lock::model::{Attempt, Lock};
use crate::coordination::text::is_text;
use crate::error::Error;
use crate::host::storage::StorageHandle;
use crate::host::task::CallResult;
use crate::kv::ttl;
use crate::object::body::{self, Body};
use crate::object::call::{Answer, Key, id_of, note_of};
use crate::protocol::call_time::{key_until, remembered_until};

type Object = Body<Coordination>;

/// Takes the lock: `[fence, expiresAt]`; or `[ms]`, for which it is somebody else's at most. Out of turn nobody takes a
/// free one, nor does who has withdrawn.
#[wasm_bindgen(js_name = lockAcquire)]
pub fn lock_acquire(
    storage: StorageHandle,
    holder: JsString,
    ttl_seconds: f64,
    in_turn: bool,
    sent: Option<f64>,
) -> JsValue {
    body::timely(storage, sent, |object: &mut Object| {
        let holder = &check_holder(holder)?;
        let ttl_ms = milliseconds(ttl_seconds)?;
        let has_withdrawn = object
            .calls
            .find(&withdrawal(holder), object.now)?
            .is_some();
        let in_turn = in_turn && !has_withdrawn;
        match Lock::acquire(known(object), holder, ttl_ms, object.now, in_turn) {
            Attempt::Held(lock) => Ok(held(object, lock)),
            Attempt::Busy(ms) => Ok(Array::of1(&ms.into()).into()),
        }
    })
}

/// Gives the holder another TTL: `[fence, expiresAt]`, or null for anybody else.
#[wasm_bindgen(js_name = lockExtend)]
pub fn lock_extend(
    storage: StorageHandle,
    holder: JsString,
    ttl_seconds: f64,
    sent: Option<f64>,
) -> JsValue {
    body::timely(storage, sent, |object: &mut Object| {
        let holder = &check_holder(holder)?;
        let (ttl_ms, now) = (milliseconds(ttl_seconds)?, object.now);
        let extended = known(object).and_then(|lock| lock.extended(holder, ttl_ms, sent, now));
        Ok(extended.map_or(JsValue::NULL, |lock| held(object, lock)))
    })
}

/// Frees the lock. False for anybody but the holder, unless this `call` is what released it. A holder that `withdraws` does
/// not know whether it has the lock: a call of it that comes late does not take it any more.
#[wasm_bindgen(js_name = lockRelease)]
pub fn lock_release(
    storage: StorageHandle,
    holder: JsString,
    call: JsString,
    withdraws: bool,
    sent: Option<f64>,
) -> JsValue {
    body::timely(storage, sent, |object: &mut Object| {
        let (holder, call) = (&check_holder(holder)?, &check_holder(call)?);
        let now = object.now;
        known(object);
        if withdraws {
            let until = remembered_until(now, sent, 0.0);
            object.remember(withdrawal(holder), until, 0, Answer::Nothing);
        }
        let lock = object.state.lock.as_mut();
        Ok(lock
            .is_some_and(|lock| lock.release(holder, call, now))
            .into())
    })
}

// By what the body remembers that a caller has withdrawn: no key of a call begins so.
fn withdrawal(holder: &str) -> Key {
    Key::own(id_of(&["withdrawn ", holder].concat()))
}

// The lock as it is now. That is kept, or each look would begin a TTL anew where a clock has gone back.
fn known(object: &mut Object) -> Option<Lock> {
    let now = object.now;
    object.state.lock = object.state.lock.take().map(|lock| lock.at(now));
    object.state.lock.clone()
}

fn held(object: &mut Object, lock: Lock) -> JsValue {
    let reply = Array::of2(&lock.fence.into(), &lock.expires_at.into());
    object.state.lock = Some(lock);
    reply.into()
}

/// Adds to the counter, once for each key: the value after that.
#[wasm_bindgen(js_name = counterIncrement)]
pub fn counter_increment(
    storage: StorageHandle,
    by: f64,
    key: JsString,
    sent: Option<f64>,
) -> JsValue {
    body::timely(storage, sent, |object: &mut Object| {
        let by = counter::check_amount(by)?;
        once(
            object,
            &String::from(key),
            sent,
            &(by as i64).to_string(),
            &|value| counter::add(value, by),
        )
    })
}

/// The value.
#[wasm_bindgen(js_name = counterCount)]
pub fn counter_count(storage: StorageHandle) -> JsValue {
    body::look(storage, |object: &Object| Ok(object.state.value.into()))
}

/// Sets the counter to 0, once for each key. Clients that send no time leave nothing where nothing was counted.
#[wasm_bindgen(js_name = counterReset)]
pub fn counter_reset(storage: StorageHandle, key: JsString, sent: Option<f64>) -> JsValue {
    body::timely(storage, sent, |object: &mut Object| {
        let key = &String::from(key);
        check_key(key)?;
        if sent.is_some() || object.state.value != 0.0 || !object.calls.is_empty() {
            once(object, key, sent, "reset", &|_| Ok(0.0))?;
        }
        Ok(JsValue::NULL)
    })
}

// Changes the counter, unless the call was made before: then it returns what it returned.
fn once(
    object: &mut Object,
    key: &str,
    sent: Option<f64>,
    what: &str,
    change: &dyn Fn(f64) -> Result<f64, CoordinationError>,
) -> CallResult {
    check_key(key)?;
    let note = note_of(what, "");
    let name = Key::of(key);
    if let Some(known) = object.calls.find(&name, object.now)? {
        // What an older version has remembered has no note, and matches.
        return match known.answer {
            _ if known.note != 0 && known.note != note => Err(CoordinationError::KeyReused.into()),
            Answer::Number(value) => Ok(value.into()),
            _ => Ok(object.state.value.into()),
        };
    }
    let value = change(object.state.value)?;
    object.state.value = value;
    let until = key_until(key, object.now, sent);
    object.remember(name, until, note, Answer::Number(value));
    Ok(value.into())
}

/// The alarm: see [`body::on_alarm`].
#[wasm_bindgen(js_name = coordinationOnAlarm)]
pub fn coordination_on_alarm(storage: StorageHandle) -> JsValue {
    body::on_alarm::<Coordination>(storage)
}

fn check_key(key: &str) -> Result<(), CoordinationError> {
    is_text(key).then_some(()).ok_or(CoordinationError::Key)
}

fn check_holder(holder: JsString) -> Result<String, CoordinationError> {
    Some(String::from(holder))
        .filter(|holder| is_text(holder))
        .ok_or(CoordinationError::Holder)
}

fn milliseconds(seconds: f64) -> Result<f64, Error> {
    ttl::check(seconds, "ttlSeconds")?;
    Ok((seconds * 1_000.0).ceil())
}
