//! The result of a check, as users get it.

use wasm_bindgen::prelude::*;

use super::limit::Decision;

#[wasm_bindgen]
extern "C" {
    // The result object, in the order of its documentation.
    #[wasm_bindgen(js_namespace = host, js_name = limitResult)]
    fn limit_result(
        allowed: bool,
        remaining: f64,
        reset_at: f64,
        limit: f64,
        retry_after_seconds: f64,
        degraded: bool,
    ) -> JsValue;
}

/// The result object of a decision on a limit. `degraded`: KV or the object has failed.
pub fn of(decision: &Decision, limit: f64, degraded: bool) -> JsValue {
    limit_result(
        decision.allowed,
        decision.remaining,
        decision.reset_at,
        limit,
        decision.retry_after_seconds,
        degraded,
    )
}
