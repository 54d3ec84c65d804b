//! The JavaScript face of `RateLimiterClient` on KV: one function for each public call.

use wasm_bindgen::prelude::*;

use super::client::{RateLimiterClient, check};
use super::isolate::counters;
use super::limiter::KvLimiter;
use super::table::CounterId;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::rate_limit::limit::Limit;

/// `RateLimiterClient.checkLimit`. `can_flush`: the limiter has `flushLater`.
#[wasm_bindgen(js_name = kvLimitCheck)]
#[allow(
    clippy::too_many_arguments,
    reason = "what every check needs crosses flat: a property would cost a crossing each"
)]
pub fn kv_limit_check(
    limiter: KvLimiter,
    namespace_id: u32,
    key: String,
    limit: f64,
    window: f64,
    cost: f64,
    can_flush: bool,
    report: Option<JsReport>,
) -> JsValue {
    run(async move {
        let limit = Limit::new(limit, window, cost)?;
        let id = CounterId { namespace_id, key };
        check(&limiter, &id, &limit, can_flush, Report(report)).await
    })
}

/// `RateLimiterClient.peek`.
#[wasm_bindgen(js_name = kvLimitPeek)]
pub fn kv_limit_peek(
    limiter: KvLimiter,
    namespace_id: u32,
    key: String,
    limit: f64,
    window: f64,
    report: Option<JsReport>,
) -> JsValue {
    run(async move {
        let limit = Limit::new(limit, window, 1.0)?;
        let sync = limiter.sync(Report(report))?;
        let id = CounterId { namespace_id, key };
        RateLimiterClient { sync }.peek(id, limit).await
    })
}

/// `RateLimiterClient.reset`.
#[wasm_bindgen(js_name = kvLimitReset)]
pub fn kv_limit_reset(
    limiter: &KvLimiter,
    namespace_id: u32,
    key: String,
    report: Option<JsReport>,
) -> JsValue {
    let sync = limiter.strict_sync(Report(report));
    let id = CounterId { namespace_id, key };
    run(async move { RateLimiterClient { sync }.reset(id).await })
}

/// Writes what waits of a counter after `delay_ms`.
#[wasm_bindgen(js_name = kvLimitFlush)]
pub fn kv_limit_flush(
    limiter: &KvLimiter,
    namespace_id: u32,
    key: String,
    delay_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let sync = limiter.strict_sync(Report(report));
    let id = CounterId { namespace_id, key };
    run(async move {
        sync.flush(&id, delay_ms).await?;
        Ok(JsValue::UNDEFINED)
    })
}

/// How many counters this isolate remembers.
#[wasm_bindgen(js_name = liveCounters)]
pub fn live_counters() -> usize {
    counters(|table| table.len())
}
