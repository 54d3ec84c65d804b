//! The KV handle itself: anything with `get`, `put` and `delete` of a KV namespace.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The handle as JavaScript has it: a namespace, a proxy of one, a test double.
    #[derive(Clone)]
    pub type KvHandle;

    // Guarded in JavaScript, which costs less than `catch`: they return what the handle returned, or a promise that
    // rejects with what it threw.
    #[wasm_bindgen(js_namespace = host, js_name = kvGet)]
    pub(crate) fn kv_get(kv: &KvHandle, key: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = host, js_name = kvGetWithMetadata)]
    pub(crate) fn kv_get_with_metadata(kv: &KvHandle, key: &JsValue) -> JsValue;
    // The text of a reply, or undefined. Not an `Option`, which would cross by way of a table.
    #[wasm_bindgen(js_namespace = host, js_name = textOf)]
    pub(crate) fn text_or_undefined(reply: &JsValue, has_metadata: bool) -> JsValue;
    // The metadata of a reply, or null.
    #[wasm_bindgen(js_namespace = host, js_name = metadataOf)]
    pub(crate) fn metadata_of(reply: &JsValue) -> JsValue;
    // `metadata.expiresAt` of a reply, or NaN.
    #[wasm_bindgen(js_namespace = host, js_name = expiresAtOf)]
    pub(crate) fn expires_at_of(reply: &JsValue) -> f64;

    // What is undefined is not in the options.
    #[wasm_bindgen(js_namespace = host, js_name = kvPut)]
    pub(crate) fn kv_put(
        kv: &KvHandle,
        key: &JsString,
        value: &JsString,
        expiration_ttl: Option<f64>,
        expiration: Option<f64>,
        metadata: &JsValue,
    ) -> JsValue;
    // A session and its index entry: js/wasm/imports/session.ts.
    #[wasm_bindgen(js_namespace = host, js_name = sessionPut)]
    pub(crate) fn session_put(
        kv: &KvHandle,
        key: &JsString,
        text: &JsString,
        seconds: f64,
        as_of: f64,
        index: Option<&JsString>,
    ) -> JsValue;
    #[wasm_bindgen(js_namespace = host, js_name = kvDelete)]
    pub(crate) fn kv_delete(kv: &KvHandle, key: &JsString) -> JsValue;
    #[wasm_bindgen(js_namespace = host, js_name = kvList)]
    pub(crate) fn kv_list(
        kv: &KvHandle,
        prefix: &JsString,
        limit: f64,
        cursor: Option<&JsString>,
    ) -> JsValue;

    /// A page of a listing, and its keys.
    pub type Entry;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn metadata(this: &Entry) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn name(this: &Entry) -> JsString;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn keys(this: &Entry) -> Array;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn cursor(this: &Entry) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn list_complete(this: &Entry) -> JsValue;
}

/// How a value is kept.
#[derive(Clone, Debug, Default)]
pub struct PutOptions {
    /// Seconds, at least 60.
    pub expiration_ttl: Option<f64>,
    /// Seconds since the epoch.
    pub expiration: Option<f64>,
    /// What is kept beside the value; undefined for nothing.
    pub metadata: JsValue,
}

impl PutOptions {
    /// Expires after `seconds`, at least 60.
    pub fn expiring(seconds: f64) -> Self {
        Self {
            expiration_ttl: Some(seconds),
            ..Self::default()
        }
    }

    /// Keeps something beside the value; undefined for nothing.
    pub fn with_metadata(self, metadata: JsValue) -> Self {
        Self { metadata, ..self }
    }
}

pub(crate) fn text_of(reply: &JsValue, has_metadata: bool) -> Option<JsString> {
    let text = text_or_undefined(reply, has_metadata);
    (!text.is_undefined()).then(|| text.unchecked_into())
}
