//! The JavaScript face of `RateLimiterClient` on Durable Objects.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::client::{ExactLimiterClient, Keyed, Operation};
use crate::error::Error;
use crate::host::namespace::NamespaceHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::rate_limit::limit::{Algorithm, Limit, LimitError, MAX_LIMITS, OnUnavailable};
use crate::stub::call::Namespace;

/// All public calls, by number: 0 check, 1 peek, 2 refund, 3 penalize, 4 reset. `options`: 0 throw, 1 allow,
/// 2 deny; and 4 for `localBlock`. `configs` are the same limits as objects, for the call.
#[wasm_bindgen(js_name = exactLimit)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn exact_limit(
    namespace: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    namespace_id: u32,
    options: u8,
    operation: u8,
    identifier: String,
    prefixes: Vec<String>,
    numbers: Vec<f64>,
    configs: Array,
    cost: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = ExactLimiterClient {
        objects: Namespace {
            handle: namespace,
            placement,
            limit_ms,
            report: Report(report),
        },
        namespace_id,
        on_unavailable: match options & 3 {
            0 => OnUnavailable::Throw,
            1 => OnUnavailable::Allow,
            _ => OnUnavailable::Deny,
        },
        local_block: options & 4 != 0,
    };
    let operation = match operation {
        0 => Operation::Check,
        1 => Operation::Peek,
        2 => Operation::Refund,
        3 => Operation::Penalize,
        _ => Operation::Reset,
    };
    run(async move {
        let limits = keyed(prefixes, &numbers, cost)?;
        client.call(operation, &identifier, &limits, &configs).await
    })
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
