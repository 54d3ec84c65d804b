//! The JavaScript face of `RateLimiterClient` on KV: one function for each public call.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::client::RateLimiterClient;
use super::isolate::counters;
use super::sync::CounterSync;
use super::table::CounterId;
use crate::host::kv::KvHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::kv::handle::Kv;
use crate::rate_limit::limit::{Limit, OnUnavailable};

fn client(
    kv: KvHandle,
    limit_ms: f64,
    on_unavailable: u8,
    report: Option<JsReport>,
) -> RateLimiterClient {
    let on_unavailable = match on_unavailable {
        0 => OnUnavailable::Throw,
        1 => OnUnavailable::Allow,
        _ => OnUnavailable::Deny,
    };
    let sync = CounterSync {
        kv: Kv::new(kv, false, limit_ms),
        on_unavailable,
        report: Report(report),
    };
    RateLimiterClient { sync }
}

/// `RateLimiterClient.checkLimit`. `on_unavailable`: 0 throw, 1 allow, 2 deny.
#[wasm_bindgen(js_name = limitCheck)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn limit_check(
    kv: KvHandle,
    limit_ms: f64,
    on_unavailable: u8,
    namespace_id: u32,
    key: String,
    limit: f64,
    window: f64,
    cost: f64,
    flush_later: Option<Function>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, on_unavailable, report);
    run(async move {
        let limit = Limit::new(limit, window, cost)?;
        client
            .check(CounterId { namespace_id, key }, limit, flush_later)
            .await
    })
}

/// `RateLimiterClient.peek`.
#[wasm_bindgen(js_name = limitPeek)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn limit_peek(
    kv: KvHandle,
    limit_ms: f64,
    on_unavailable: u8,
    namespace_id: u32,
    key: String,
    limit: f64,
    window: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, on_unavailable, report);
    run(async move {
        let limit = Limit::new(limit, window, 1.0)?;
        client.peek(CounterId { namespace_id, key }, limit).await
    })
}

/// `RateLimiterClient.reset`.
#[wasm_bindgen(js_name = limitReset)]
pub fn limit_reset(
    kv: KvHandle,
    limit_ms: f64,
    namespace_id: u32,
    key: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, 0, report);
    run(async move { client.reset(CounterId { namespace_id, key }).await })
}

/// Writes what waits of a counter after `delay_ms`.
#[wasm_bindgen(js_name = limitFlush)]
pub fn limit_flush(
    kv: KvHandle,
    limit_ms: f64,
    namespace_id: u32,
    key: String,
    delay_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, 0, report);
    let id = CounterId { namespace_id, key };
    run(async move {
        client.sync.flush(&id, delay_ms).await?;
        Ok(JsValue::UNDEFINED)
    })
}

/// How many counters this isolate remembers.
#[wasm_bindgen(js_name = liveCounters)]
pub fn live_counters() -> usize {
    counters(|table| table.len())
}
