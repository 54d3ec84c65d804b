//! The JavaScript face of `SessionDurableObject`: one function for each of its methods.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::state::{Kept, Object, Record};
use super::{customer, session, token};
use crate::host::storage::StorageHandle;
use crate::object::body;

// A call that cannot fail but by the storage.
fn with(storage: StorageHandle, job: impl FnOnce(&mut Object) -> JsValue) -> JsValue {
    body::call(storage, |object| Ok(job(object)))
}

// A call that changes nothing.
fn seen(storage: StorageHandle, job: impl FnOnce(&Object) -> JsValue) -> JsValue {
    body::look(storage, |object| Ok(job(object)))
}

/// See [`session::get`].
#[wasm_bindgen(js_name = sessionRead)]
pub fn session_read(storage: StorageHandle) -> JsValue {
    seen(storage, session::get)
}

/// See [`session::put`].
#[wasm_bindgen(js_name = sessionPut)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn session_put(
    storage: StorageHandle,
    session_id: JsString,
    customer_id: JsString,
    user_agent: JsString,
    created_at: f64,
    timestamp: f64,
    ttl_ms: f64,
) -> JsValue {
    let session = Record {
        session_id: session_id.into(),
        customer_id: customer_id.into(),
        user_agent: user_agent.into(),
        created_at,
        timestamp,
        until: 0.0,
    };
    body::call(storage, |object| session::put(object, session, ttl_ms))
}

/// See [`session::remove`].
#[wasm_bindgen(js_name = sessionRemove)]
pub fn session_remove(storage: StorageHandle, timestamp: Option<f64>) -> JsValue {
    with(storage, |object| session::remove(object, timestamp))
}

/// See [`session::revoke`].
#[wasm_bindgen(js_name = sessionRevoke)]
pub fn session_revoke(storage: StorageHandle, customer: JsString, timestamp: f64) -> JsValue {
    with(storage, |object| {
        session::revoke(object, customer.into(), timestamp).into()
    })
}

/// See [`customer::add`].
#[wasm_bindgen(js_name = customerAdd)]
pub fn customer_add(storage: StorageHandle, id: JsString, ttl_ms: f64) -> JsValue {
    body::call(storage, |object| {
        customer::add(object, id.into(), ttl_ms).map(JsValue::from)
    })
}

/// See [`customer::index`].
#[wasm_bindgen(js_name = customerIndex)]
pub fn customer_index(storage: StorageHandle) -> JsValue {
    seen(storage, customer::index)
}

/// See [`customer::forget`].
#[wasm_bindgen(js_name = customerForget)]
pub fn customer_forget(
    storage: StorageHandle,
    ids: Array,
    timestamps: Array,
    settled_only: bool,
) -> JsValue {
    with(storage, |object| {
        customer::forget(object, &ids, &timestamps, settled_only);
        JsValue::NULL
    })
}

/// See [`customer::revoke`].
#[wasm_bindgen(js_name = customerRevoke)]
pub fn customer_revoke(storage: StorageHandle, with_index: bool) -> JsValue {
    with(storage, |object| customer::revoke(object, with_index))
}

/// See [`customer::revoke_token`].
#[wasm_bindgen(js_name = customerRevokeToken)]
pub fn customer_revoke_token(storage: StorageHandle, hash: JsString, until: f64) -> JsValue {
    with(storage, |object| {
        customer::revoke_token(object, hash.into(), until)
    })
}

/// See [`customer::revocations`].
#[wasm_bindgen(js_name = customerRevocations)]
pub fn customer_revocations(storage: StorageHandle) -> JsValue {
    seen(storage, customer::revocations)
}

/// See [`customer::begin_fill`].
#[wasm_bindgen(js_name = customerStamp)]
pub fn customer_stamp(storage: StorageHandle) -> JsValue {
    with(storage, customer::begin_fill)
}

/// See [`token::fill`].
#[wasm_bindgen(js_name = tokenFill)]
pub fn token_fill(storage: StorageHandle, user: JsString, until: f64) -> JsValue {
    body::call(storage, |object| token::fill(object, user.into(), until))
}

/// See [`token::revoke`].
#[wasm_bindgen(js_name = tokenRevoke)]
pub fn token_revoke(storage: StorageHandle) -> JsValue {
    with(storage, token::revoke)
}

/// The alarm: see [`body::on_alarm`].
#[wasm_bindgen(js_name = sessionOnAlarm)]
pub fn session_on_alarm(storage: StorageHandle) -> JsValue {
    body::on_alarm::<Kept>(storage)
}
