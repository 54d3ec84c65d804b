//! The JavaScript face of `LockClient` and `CounterClient`: one function for each public call.

use wasm_bindgen::prelude::*;

use super::client::CoordinationClient;
use crate::host::object_handle::ObjectHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::object::call::Objects;

const fn client(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
) -> CoordinationClient {
    CoordinationClient {
        objects: Objects {
            handle,
            placement,
            limit_ms,
            report: Report(report),
        },
    }
}

/// `LockClient.acquire`: `[fence, expiresAt]`, or null.
#[wasm_bindgen(js_name = locksAcquire)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn locks_acquire(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    holder: String,
    ttl_seconds: f64,
    wait_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, report);
    run(async move { client.acquire(&name, &holder, ttl_seconds, wait_ms).await })
}

/// `LockClient.extend`: `[fence, expiresAt]`, or null.
#[wasm_bindgen(js_name = locksExtend)]
pub fn locks_extend(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    holder: String,
    ttl_seconds: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, report);
    run(async move { client.extend(&name, &holder, ttl_seconds).await })
}

/// `LockClient.release`.
#[wasm_bindgen(js_name = locksRelease)]
pub fn locks_release(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    holder: String,
    call: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, report);
    run(async move { client.release(&name, &holder, &call).await })
}

/// `CounterClient.increment`.
#[wasm_bindgen(js_name = countersIncrement)]
pub fn counters_increment(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    by: f64,
    key: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, report);
    run(async move { client.increment(&name, by, &key).await })
}

/// `CounterClient.get`.
#[wasm_bindgen(js_name = countersGet)]
pub fn counters_get(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, report);
    run(async move { client.count(&name).await })
}

/// `CounterClient.reset`.
#[wasm_bindgen(js_name = countersReset)]
pub fn counters_reset(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    key: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, report);
    run(async move { client.reset(&name, &key).await })
}
