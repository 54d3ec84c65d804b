//! The JavaScript face of `CacheClient`: one function for each public call.

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::client::CacheClient;
use crate::host::kv::KvHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::kv::flight::Member;
use crate::kv::handle::Kv;

fn client(
    kv: KvHandle,
    has_metadata: bool,
    limit_ms: f64,
    report: Option<JsReport>,
) -> CacheClient {
    CacheClient {
        kv: Kv::new(kv, has_metadata, limit_ms),
        report: Report(report),
    }
}

/// `CacheClient.get`.
#[wasm_bindgen(js_name = cacheGet)]
pub fn cache_get(
    kv: KvHandle,
    has_metadata: bool,
    limit_ms: f64,
    key: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, has_metadata, limit_ms, report);
    run(async move { client.get(&key).await })
}

/// `CacheClient.set`.
#[wasm_bindgen(js_name = cacheSet)]
pub fn cache_set(
    kv: KvHandle,
    limit_ms: f64,
    key: JsString,
    text: JsString,
    seconds: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    run(async move { client.set(&key, &text, seconds).await })
}

/// `CacheClient.getOrSet`.
#[wasm_bindgen(js_name = cacheGetOrSet)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn cache_get_or_set(
    kv: KvHandle,
    has_metadata: bool,
    limit_ms: f64,
    key: JsString,
    seconds: f64,
    loader: Function,
    member: Member,
    join_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, has_metadata, limit_ms, report);
    run(async move {
        client
            .get_or_set(&key, seconds, &loader, &member, join_ms)
            .await
    })
}

/// `CacheClient.getMany`; the keys are different from each other.
#[wasm_bindgen(js_name = cacheGetMany)]
pub fn cache_get_many(
    kv: KvHandle,
    has_metadata: bool,
    limit_ms: f64,
    keys: Vec<JsString>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, has_metadata, limit_ms, report);
    run(async move { client.get_many(&keys).await })
}

/// `CacheClient.deleteMany`; the keys are different from each other.
#[wasm_bindgen(js_name = cacheDeleteMany)]
pub fn cache_delete_many(
    kv: KvHandle,
    limit_ms: f64,
    keys: Vec<JsString>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    run(async move { client.delete_many(&keys).await })
}

/// `CacheClient.clear`.
#[wasm_bindgen(js_name = cacheClear)]
pub fn cache_clear(
    kv: KvHandle,
    limit_ms: f64,
    prefix: JsString,
    cursor: Option<JsString>,
    on_progress: Option<Function>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, false, limit_ms, report);
    run(async move { client.clear(&prefix, cursor, on_progress).await })
}
