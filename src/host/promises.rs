//! Several promises side by side.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::task;

#[wasm_bindgen]
extern "C" {
    // As `Promise.allSettled`, but after `limit_ms` with undefined for each that is still open.
    #[wasm_bindgen(js_namespace = host, js_name = settledWithin)]
    fn settled_within(promises: &Array, limit_ms: f64) -> Promise;

    /// One entry of what `Promise.allSettled` resolves to.
    type Settled;
    #[wasm_bindgen(method, getter, structural)]
    fn status(this: &Settled) -> String;
    #[wasm_bindgen(method, getter, structural)]
    fn value(this: &Settled) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn reason(this: &Settled) -> JsValue;
}

/// Waits for all promises, with one time limit in ms for all (0 for none). Returns their outcomes in their order, `None`
/// for each that was still open when the limit passed.
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
