//! The JavaScript face of `RateLimiterClient` on Durable Objects: one function for each public call.

use wasm_bindgen::prelude::*;

use super::client::OnUnavailable;
use super::exact::{ExactLimiterClient, Keyed};
use super::model::{Algorithm, Limit, LimitError, MAX_LIMITS};
use crate::error::Error;
use crate::host::object_handle::ObjectHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::object::call::Objects;

fn client(
    (namespace, placement, limit_ms): (ObjectHandle, JsValue, f64),
    handle: u32,
    options: u8,
    report: Option<JsReport>,
) -> ExactLimiterClient {
    ExactLimiterClient {
        objects: Objects {
            handle: namespace,
            placement,
            limit_ms,
            report: Report(report),
        },
        handle,
        on_unavailable: match options & 3 {
            0 => OnUnavailable::Throw,
            1 => OnUnavailable::Allow,
            _ => OnUnavailable::Deny,
        },
        local_block: options & 4 != 0,
    }
}

// Three numbers for each prefix: limit, window, algorithm.
fn keyed(prefixes: Vec<String>, numbers: &[f64], cost: f64) -> Result<Vec<Keyed>, Error> {
    if !(1..=MAX_LIMITS).contains(&prefixes.len()) {
        return Err(LimitError::Count.into());
    }
    let mut limits: Vec<Keyed> = Vec::with_capacity(prefixes.len());
    for (prefix, numbers) in prefixes.into_iter().zip(numbers.chunks_exact(3)) {
        let [limit, window, algorithm] = *numbers else {
            return Err(LimitError::Shape.into());
        };
        let limit = Limit::new(limit, window, cost)?.by(Algorithm::numbered(algorithm as u8));
        if limits.iter().any(|known| known.prefix == prefix) {
            return Err(LimitError::Duplicate.into());
        }
        limits.push(Keyed { prefix, limit });
    }
    Ok(limits)
}

/// `checkLimit` and `checkLimits`. `options`: 0 throw, 1 allow, 2 deny; and 4 for `localBlock`.
#[wasm_bindgen(js_name = exactCheck)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn exact_check(
    namespace: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    handle: u32,
    options: u8,
    identifier: String,
    prefixes: Vec<String>,
    numbers: Vec<f64>,
    cost: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = client((namespace, placement, limit_ms), handle, options, report);
    run(async move {
        let limits = keyed(prefixes, &numbers, cost)?;
        client.check(&identifier, &limits).await
    })
}

/// `peek` (`change` 0), `refund` (1) and `penalize` (2) of one limit.
#[wasm_bindgen(js_name = exactChange)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn exact_change(
    namespace: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    handle: u32,
    options: u8,
    identifier: String,
    prefixes: Vec<String>,
    numbers: Vec<f64>,
    cost: f64,
    change: u8,
    report: Option<JsReport>,
) -> JsValue {
    let client = client((namespace, placement, limit_ms), handle, options, report);
    run(async move {
        let limits = keyed(prefixes, &numbers, cost)?.into_iter().next();
        let limit = limits.ok_or(LimitError::Count)?;
        match change {
            0 => client.peek(&identifier, limit).await,
            1 => client.adjust(&identifier, limit, "refund").await,
            _ => client.adjust(&identifier, limit, "penalize").await,
        }
    })
}

/// `reset`.
#[wasm_bindgen(js_name = exactReset)]
pub fn exact_reset(
    namespace: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    handle: u32,
    identifier: String,
    prefix: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client((namespace, placement, limit_ms), handle, 0, report);
    run(async move { client.reset(&identifier, &prefix).await })
}
