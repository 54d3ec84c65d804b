//! A Durable Object namespace: anything with `idFromName` and `get`. Replies and failures are read by JavaScript.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::report::JsReport;

#[wasm_bindgen]
extern "C" {
    /// What a client knows of its namespace: `Objects` of `js/core/namespace.ts`.
    #[derive(Clone)]
    pub type ClientNamespace;
    #[wasm_bindgen(method, getter, structural, js_name = limitMs)]
    pub(crate) fn limit_ms(this: &ClientNamespace) -> f64;

    // A fresh stub for each attempt: one whose call failed may stay broken. What the handle throws at
    // once is a rejection like any other.
    #[wasm_bindgen(js_namespace = host, js_name = objectCall)]
    pub(crate) fn object_call(
        namespace: &ClientNamespace,
        name: &JsString,
        method: &str,
        args: Vec<JsValue>,
    ) -> JsValue;

    // Whether a call that has a fallback is made, or uses it at once.
    #[wasm_bindgen(js_namespace = host, js_name = breakerAdmits)]
    pub(crate) fn breaker_admits(namespace: &ClientNamespace) -> bool;
    // How such a call on the object has ended: it was answered, or its object has failed.
    #[wasm_bindgen(js_namespace = host, js_name = breakerLearns)]
    pub(crate) fn breaker_learns(
        namespace: &ClientNamespace,
        name: &JsString,
        failed: bool,
        report: Option<&JsReport>,
    );

    // 1 with a value, 0 a refusal, else the object's time in ms, when it has refused the call as too late. NaN for what
    // is no reply of the client's class.
    #[wasm_bindgen(js_namespace = host, js_name = replyStatus)]
    pub(crate) fn reply_status(namespace: &ClientNamespace, method: &str, reply: &JsValue) -> f64;
    // Of the reply whose status was asked for last.
    #[wasm_bindgen(js_namespace = host, js_name = replyValue)]
    pub(crate) fn reply_value() -> JsValue;

    // A code and a message; undefined for what is no refusal.
    #[wasm_bindgen(js_namespace = host, js_name = replyRefusal)]
    pub(crate) fn reply_refusal(reply: &JsValue) -> Option<Vec<String>>;

    // What a failed call says of itself, as bits: 1 retryable, 2 overloaded, 4 remote, 8 another class, 16 no namespace,
    // 32 outside of a request, 64 its Worker does not run.
    #[wasm_bindgen(js_namespace = host, js_name = failureFlags)]
    pub(crate) fn failure_flags(error: &JsValue) -> u8;
}
