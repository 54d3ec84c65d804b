//! The time, and waiting for some of it to pass.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The time in ms since the epoch. In production it advances only after I/O.
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub fn now() -> f64;

    /// A promise that resolves after `ms` milliseconds, and never rejects.
    #[wasm_bindgen(js_namespace = host)]
    pub fn sleep(ms: f64) -> Promise;
}
