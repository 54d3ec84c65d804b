//! The JavaScript face of the Worker's side: one function for each public call.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::client::AuthStorage;
use crate::host::object_handle::ObjectHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::object::call::Objects;

fn storage(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
) -> AuthStorage {
    AuthStorage {
        objects: Objects {
            handle,
            placement,
            limit_ms,
            report: Report(report),
        },
    }
}

/// `get` of `secondaryStorage`.
#[wasm_bindgen(js_name = authGet)]
pub fn get(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    key: JsString,
) -> JsValue {
    let storage = storage(handle, placement, limit_ms, report);
    run(async move { storage.get(&key).await })
}

/// `set` of `secondaryStorage`.
#[wasm_bindgen(js_name = authSet)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn set(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    key: JsString,
    once: JsValue,
    value: JsValue,
    ttl: JsValue,
) -> JsValue {
    let storage = storage(handle, placement, limit_ms, report);
    run(async move { storage.set(&key, once, value, ttl).await })
}

/// `delete` of `secondaryStorage`.
#[wasm_bindgen(js_name = authDelete)]
pub fn delete(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    key: JsString,
    once: JsValue,
) -> JsValue {
    let storage = storage(handle, placement, limit_ms, report);
    run(async move { storage.delete(&key, once).await })
}

/// `getAndDelete` of `secondaryStorage`.
#[wasm_bindgen(js_name = authGetAndDelete)]
pub fn get_and_delete(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    key: JsString,
    once: JsValue,
) -> JsValue {
    let storage = storage(handle, placement, limit_ms, report);
    run(async move { storage.take(&key, once).await })
}

/// `increment` of `secondaryStorage`.
#[wasm_bindgen(js_name = authIncrement)]
pub fn increment(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    key: JsString,
    once: JsValue,
    ttl: JsValue,
) -> JsValue {
    let storage = storage(handle, placement, limit_ms, report);
    run(async move { storage.increment(&key, once, ttl).await })
}

/// `consume` of `rateLimitStorage`.
#[wasm_bindgen(js_name = authConsume)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn consume(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    key: JsString,
    once: JsValue,
    window: JsValue,
    max: JsValue,
) -> JsValue {
    let storage = storage(handle, placement, limit_ms, report);
    run(async move { storage.consume(&key, once, window, max).await })
}
