//! Typed views of what JavaScript hands us: handles, promises, JSON, the clock. No decisions.
//!
//! The functions under `host` are `js/host.ts`; the built glue receives that object as a parameter.

pub mod json;
pub mod kv;
pub mod namespace;
pub mod report;
pub mod storage;
pub mod task;

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Ends this instance. Throws, so it does not return to the caller.
    #[wasm_bindgen(js_namespace = host)]
    pub fn panicked(message: &str);

    /// Hands the promise that `task` waits for to the driver. `limit_ms` 0 means no time limit.
    #[wasm_bindgen(js_namespace = host)]
    pub(crate) fn park(task: f64, promise: &JsValue, limit_ms: f64);

    /// A promise that resolves after `ms` milliseconds.
    #[wasm_bindgen(js_namespace = host)]
    pub fn sleep(ms: f64) -> Promise;

    /// The length in bytes of `text` as UTF-8.
    #[wasm_bindgen(js_namespace = host, js_name = byteLength)]
    pub fn byte_length(text: &JsString) -> f64;

    /// The result object of a limit check, in the order of its documentation.
    #[wasm_bindgen(js_namespace = host, js_name = limitResult)]
    pub(crate) fn limit_result(
        allowed: bool,
        remaining: f64,
        reset_at: f64,
        limit: f64,
        retry_after_seconds: f64,
        degraded: bool,
    ) -> JsValue;

    /// The time in ms since the epoch. In production it advances only after I/O.
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub fn now() -> f64;

    // As `Promise.allSettled`, but after `limit_ms` with undefined for each that is still open.
    #[wasm_bindgen(js_namespace = host, js_name = settledWithin)]
    fn settled_within(promises: &Array, limit_ms: f64) -> Promise;

    /// One entry of what `Promise.allSettled` answers.
    type Settled;
    #[wasm_bindgen(method, getter, structural)]
    fn status(this: &Settled) -> String;
    #[wasm_bindgen(method, getter, structural)]
    fn value(this: &Settled) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn reason(this: &Settled) -> JsValue;
}

/// The numbers of an array that holds nothing else.
pub fn numbers(value: &JsValue) -> Option<Vec<f64>> {
    let array = Array::is_array(value).then(|| value.unchecked_ref::<Array>())?;
    array.iter().map(|number| number.as_f64()).collect()
}

/// Waits for all promises, with one time limit for all (0 for none); answers in their order, with `None` for
/// each that was still open when the limit passed.
pub async fn settle_all(promises: &Array, limit_ms: f64) -> Vec<Option<Result<JsValue, JsValue>>> {
    // It never rejects.
    let settled = task::wait(settled_within(promises, limit_ms).into(), 0.0).await;
    Array::from(&settled.unwrap_or_default())
        .iter()
        .map(|entry| {
            let entry: Settled = entry.is_object().then(|| entry.unchecked_into())?;
            Some(if entry.status() == "fulfilled" {
                Ok(entry.value())
            } else {
                Err(entry.reason())
            })
        })
        .collect()
}
