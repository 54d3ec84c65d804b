//! A Durable Object namespace: anything with `idFromName` and `get`.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The namespace as JavaScript has it: the binding, a proxy of it, a test double.
    #[derive(Clone)]
    pub type NamespaceHandle;

    // A fresh stub for each attempt: one whose call failed may stay broken. What the handle throws at
    // once is a rejection like any other.
    #[wasm_bindgen(js_namespace = host, js_name = objectCall)]
    pub(crate) fn object_call(
        namespace: &NamespaceHandle,
        placement: &JsValue,
        name: &JsString,
        method: &str,
        args: Vec<JsValue>,
    ) -> JsValue;

    // What a reply carries: a value, or the refusal as `host.fail` takes it.
    #[wasm_bindgen(js_namespace = host, js_name = replyOk)]
    pub(crate) fn reply_ok(reply: &JsValue) -> bool;
    #[wasm_bindgen(js_namespace = host, js_name = replyValue)]
    pub(crate) fn reply_value(reply: &JsValue) -> JsValue;

    // The object's time in ms, when it has refused the call as too late; else NaN.
    #[wasm_bindgen(js_namespace = host, js_name = replyLateAt)]
    pub(crate) fn reply_late_at(reply: &JsValue) -> f64;

    #[wasm_bindgen(js_namespace = host)]
    pub(crate) fn refusal(reply: &JsValue) -> JsValue;

    // What a failed call says of itself, as bits: 1 retryable, 2 overloaded, 4 remote.
    #[wasm_bindgen(js_namespace = host, js_name = failureFlags)]
    pub(crate) fn failure_flags(error: &JsValue) -> u8;
}
