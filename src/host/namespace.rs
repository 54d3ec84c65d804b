//! A Durable Object namespace: anything with `idFromName` and `get`. Replies and failures are read by JavaScript.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What a client knows of its namespace: `Objects` of `js/core/namespace.ts`.
    #[derive(Clone)]
    pub type ClientNamespace;
    // The namespace's number where calls have a fallback, else 0.
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn breaker(this: &ClientNamespace) -> u32;
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

    // 1 with a value, 0 a refusal, else the object's time in ms, when it has refused the call as too late. NaN for what
    // is no reply of the client's class.
    #[wasm_bindgen(js_namespace = host, js_name = replyStatus)]
    pub(crate) fn reply_status(namespace: &ClientNamespace, reply: &JsValue) -> f64;
    #[wasm_bindgen(js_namespace = host, js_name = replyValue)]
    pub(crate) fn reply_value(reply: &JsValue) -> JsValue;

    // A code and a message; undefined for what is no refusal.
    #[wasm_bindgen(js_namespace = host, js_name = replyRefusal)]
    pub(crate) fn reply_refusal(reply: &JsValue) -> Option<Vec<String>>;

    // What a failed call says of itself, as bits: 1 retryable, 2 overloaded, 4 remote, 8 another class, 16 no namespace.
    #[wasm_bindgen(js_namespace = host, js_name = failureFlags)]
    pub(crate) fn failure_flags(error: &JsValue) -> u8;
}
