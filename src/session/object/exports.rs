//! The JavaScript face of `SessionDurableObject`: one function for each of its methods. They are
//! synchronous and run in the transaction that the class has opened.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::session::Session;
use super::sqlite::{MIGRATIONS, Rows};
use super::{customer, session, token};
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::object::migrations;
use crate::object::storage::Storage;

fn with(storage: StorageHandle, job: impl FnOnce(&Rows) -> CallResult) -> JsValue {
    let storage = Storage(storage);
    finish(job(&Rows {
        storage: &storage,
        now: now(),
    }))
}

/// Brings the tables to their newest version; returns whether there are any.
#[wasm_bindgen(js_name = sessionOpen)]
pub fn session_open(storage: StorageHandle, create: bool) -> JsValue {
    finish(migrations::open(&Storage(storage), &MIGRATIONS, create).map(JsValue::from))
}

/// See [`session::get`].
#[wasm_bindgen(js_name = sessionRead)]
pub fn session_read(storage: StorageHandle) -> JsValue {
    with(storage, session::get)
}

/// See [`session::put`].
#[wasm_bindgen(js_name = sessionPut)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn session_put(
    storage: StorageHandle,
    session_id: String,
    customer_id: String,
    user_agent: String,
    created_at: f64,
    timestamp: f64,
    ttl_ms: f64,
) -> JsValue {
    let session = Session {
        session_id: &session_id,
        customer_id: &customer_id,
        user_agent: &user_agent,
        created_at,
    };
    with(storage, |rows| {
        session::put(rows, &session, timestamp, ttl_ms)
    })
}

/// See [`session::remove`].
#[wasm_bindgen(js_name = sessionRemove)]
pub fn session_remove(storage: StorageHandle, timestamp: Option<f64>) -> JsValue {
    with(storage, |rows| session::remove(rows, timestamp))
}

/// See [`session::revoke`].
#[wasm_bindgen(js_name = sessionRevoke)]
pub fn session_revoke(storage: StorageHandle, customer: JsString, timestamp: f64) -> JsValue {
    with(storage, |rows| {
        session::revoke(rows, &customer, timestamp).map(JsValue::from)
    })
}

/// See [`customer::add`].
#[wasm_bindgen(js_name = customerAdd)]
pub fn customer_add(storage: StorageHandle, id: JsString, ttl_ms: f64) -> JsValue {
    with(storage, |rows| {
        customer::add(rows, &id, ttl_ms).map(JsValue::from)
    })
}

/// See [`customer::index`].
#[wasm_bindgen(js_name = customerIndex)]
pub fn customer_index(storage: StorageHandle) -> JsValue {
    with(storage, customer::index)
}

/// See [`customer::forget`].
#[wasm_bindgen(js_name = customerForget)]
pub fn customer_forget(
    storage: StorageHandle,
    ids: Array,
    timestamps: Array,
    settled_only: bool,
) -> JsValue {
    with(storage, |rows| {
        customer::forget(rows, &ids, &timestamps, settled_only).map(|()| JsValue::NULL)
    })
}

/// See [`customer::revoke`].
#[wasm_bindgen(js_name = customerRevoke)]
pub fn customer_revoke(storage: StorageHandle, with_index: bool) -> JsValue {
    with(storage, |rows| customer::revoke(rows, with_index))
}

/// See [`customer::revoke_token`].
#[wasm_bindgen(js_name = customerRevokeToken)]
pub fn customer_revoke_token(storage: StorageHandle, hash: JsString, until: f64) -> JsValue {
    with(storage, |rows| customer::revoke_token(rows, &hash, until))
}

/// See [`customer::revocations`].
#[wasm_bindgen(js_name = customerRevocations)]
pub fn customer_revocations(storage: StorageHandle) -> JsValue {
    with(storage, customer::revocations)
}

/// See [`customer::begin_fill`].
#[wasm_bindgen(js_name = customerStamp)]
pub fn customer_stamp(storage: StorageHandle) -> JsValue {
    with(storage, customer::begin_fill)
}

/// See [`token::fill`].
#[wasm_bindgen(js_name = tokenFill)]
pub fn token_fill(storage: StorageHandle, user: JsString, until: f64) -> JsValue {
    with(storage, |rows| token::fill(rows, &user, until))
}

/// See [`token::revoke`].
#[wasm_bindgen(js_name = tokenRevoke)]
pub fn token_revoke(storage: StorageHandle) -> JsValue {
    with(storage, token::revoke)
}

/// Deletes what has ended and sets the next alarm; returns whether nothing is left.
#[wasm_bindgen(js_name = sessionOnAlarm)]
pub fn session_on_alarm(storage: StorageHandle) -> JsValue {
    with(storage, |rows| rows.on_alarm().map(JsValue::from))
}
