//! The KV handle itself: anything with `get`, `put` and `delete` of a KV namespace.

use js_sys::{JsString, Object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The handle as JavaScript has it: a namespace, a proxy of one, a test double.
    #[derive(Clone)]
    pub type KvHandle;

    // The reads are on the path of every request: guarded in js/host.ts, which costs less than `catch`.
    // They return what the handle returned, or a promise that rejects with what it threw.
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

    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn put(
        this: &KvHandle,
        key: &JsString,
        value: &JsString,
        options: &PutOptions,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn delete(this: &KvHandle, key: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn list(this: &KvHandle, options: &ListOptions) -> Result<JsValue, JsValue>;

    /// The options of `put`.
    #[wasm_bindgen(extends = Object)]
    pub type PutOptions;
    #[wasm_bindgen(method, setter, structural, js_name = expirationTtl)]
    pub(crate) fn set_expiration_ttl(this: &PutOptions, seconds: f64);
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_expiration(this: &PutOptions, seconds: f64);
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_metadata(this: &PutOptions, metadata: &JsValue);

    /// The options of `list`.
    #[wasm_bindgen(extends = Object)]
    pub type ListOptions;
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_prefix(this: &ListOptions, prefix: &JsString);
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_limit(this: &ListOptions, limit: f64);
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_cursor(this: &ListOptions, cursor: &JsString);

    /// What `list` returns, and its keys. A handle may be a proxy, so reading may throw.
    pub type Entry;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn metadata(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn name(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn keys(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn cursor(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(crate) fn list_complete(this: &Entry) -> Result<JsValue, JsValue>;
}

impl PutOptions {
    /// Expires after `seconds`, at least 60.
    pub fn expiring(seconds: f64) -> Self {
        Self::default().with_ttl(Some(seconds))
    }

    /// Expires after as many seconds, if any.
    pub fn with_ttl(self, seconds: Option<f64>) -> Self {
        if let Some(seconds) = seconds {
            self.set_expiration_ttl(seconds);
        }
        self
    }

    /// Expires at a moment in seconds since the epoch, if any.
    pub fn with_expiration(self, seconds: Option<f64>) -> Self {
        if let Some(seconds) = seconds {
            self.set_expiration(seconds);
        }
        self
    }

    /// Keeps something beside the value, if anything.
    pub fn with_metadata(self, metadata: Option<&JsValue>) -> Self {
        if let Some(metadata) = metadata {
            self.set_metadata(metadata);
        }
        self
    }
}

impl Default for PutOptions {
    fn default() -> Self {
        Object::new().unchecked_into()
    }
}

pub(crate) fn text_of(reply: &JsValue, has_metadata: bool) -> Option<JsString> {
    let text = text_or_undefined(reply, has_metadata);
    (!text.is_undefined()).then(|| text.unchecked_into())
}
