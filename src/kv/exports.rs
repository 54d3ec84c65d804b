//! The JavaScript face of `KVClient`: one function for each public call.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::client::{Expiry, KVClient};
use crate::host::kv::KvHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::{Failure, run};
use crate::kv::failure::KvOperation;
use crate::kv::handle::Kv;

fn client(kv: KvHandle, has_metadata: bool, limit_ms: f64, report: Option<JsReport>) -> KVClient {
    KVClient {
        kv: Kv::new(kv, has_metadata, limit_ms),
        report: Report(report),
    }
}

/// The code of a write that has failed after its call had ended.
#[wasm_bindgen(js_name = putFailure)]
pub fn put_failure(cause: JsValue, timed_out: bool) -> String {
    let failure = if timed_out {
        Failure::TimedOut
    } else {
        Failure::Threw(cause)
    };
    KvOperation::Put.failed(failure).code().to_owned()
}

/// `KVClient.get`.
#[wasm_bindgen(js_name = valueGet)]
pub fn value_get(
    kv: KvHandle,
    limit_ms: f64,
    key: JsString,
    as_json: bool,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    run(async move { client.get(&key, as_json).await })
}

/// `KVClient.getWithMetadata`.
#[wasm_bindgen(js_name = valueGetWithMetadata)]
pub fn value_get_with_metadata(
    kv: KvHandle,
    has_metadata: bool,
    limit_ms: f64,
    key: JsString,
    as_json: bool,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, has_metadata, limit_ms, report);
    run(async move { client.get_with_metadata(&key, as_json).await })
}

/// `KVClient.put`.
#[wasm_bindgen(js_name = valuePut)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn value_put(
    kv: KvHandle,
    limit_ms: f64,
    key: JsString,
    text: JsString,
    ttl: Option<f64>,
    expiration: Option<f64>,
    metadata: Option<JsString>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    let expiry = Expiry {
        ttl,
        at: expiration,
    };
    run(async move { client.put(&key, &text, expiry, metadata).await })
}

/// `KVClient.delete`.
#[wasm_bindgen(js_name = valueDelete)]
pub fn value_delete(
    kv: KvHandle,
    limit_ms: f64,
    key: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    run(async move { client.delete(&key).await })
}

/// One page of `KVClient.list`.
#[wasm_bindgen(js_name = valueList)]
pub fn value_list(
    kv: KvHandle,
    limit_ms: f64,
    prefix: JsString,
    limit: f64,
    cursor: Option<JsString>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    run(async move { client.list(&prefix, limit, cursor).await })
}
