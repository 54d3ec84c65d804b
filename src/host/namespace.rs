//! A Durable Object namespace: anything with `idFromName` and `get`.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The namespace as JavaScript has it: the binding, a proxy of it, a test double.
    #[derive(Clone)]
    pub type NamespaceHandle;

    /// What a client knows of its namespace: `Objects` of `js/core/namespace.ts`.
    pub type ClientNamespace;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn handle(this: &ClientNamespace) -> NamespaceHandle;
    // The options of `namespace.get`, such as `{ locationHint }`; undefined for none.
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn placement(this: &ClientNamespace) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = limitMs)]
    pub(crate) fn limit_ms(this: &ClientNamespace) -> f64;

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

    // What a reply carries: a value, or a code and a message; undefined for what is no reply of our classes.
    #[wasm_bindgen(js_namespace = host, js_name = replyOk)]
    pub(crate) fn reply_ok(reply: &JsValue) -> bool;
    #[wasm_bindgen(js_namespace = host, js_name = replyValue)]
    pub(crate) fn reply_value(reply: &JsValue) -> JsValue;

    // The object's time in ms, when it has refused the call as too late; else NaN.
    #[wasm_bindgen(js_namespace = host, js_name = replyLateAt)]
    pub(crate) fn reply_late_at(reply: &JsValue) -> f64;

    #[wasm_bindgen(js_namespace = host, js_name = replyRefusal)]
    pub(crate) fn reply_refusal(reply: &JsValue) -> Option<Vec<String>>;

    // What a failed call says of itself, as bits: 1 retryable, 2 overloaded, 4 remote.
    #[wasm_bindgen(js_namespace = host, js_name = failureFlags)]
    pub(crate) fn failure_flags(error: &JsValue) -> u8;
}
