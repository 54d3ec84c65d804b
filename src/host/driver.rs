//! What the driver of a call is told (`js/wasm/driver.ts`): what the call waits for, or how it failed.

use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Ends this instance. Throws, so it does not return to the caller.
    #[wasm_bindgen(js_namespace = host)]
    pub fn panicked(message: &str);

    /// Hands over the promise that `task` waits for. `limit_ms` 0 means no time limit.
    #[wasm_bindgen(js_namespace = host)]
    pub(crate) fn park(task: f64, promise: &JsValue, limit_ms: f64);

    /// Makes the running call reject with our own class.
    #[wasm_bindgen(js_namespace = host)]
    pub(crate) fn fail(
        code: &str,
        message: &str,
        retryable: bool,
        cause: &JsValue,
        keys: Option<&Array>,
    );

    /// Makes the running call reject with what the user's own function threw.
    #[wasm_bindgen(js_namespace = host, js_name = failWith)]
    pub(crate) fn fail_with(error: &JsValue);
}
