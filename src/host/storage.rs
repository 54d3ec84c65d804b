//! The storage of a Durable Object as the runtime hands it over: `ctx.storage`.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `ctx.storage` of a Durable Object whose class is declared with `new_sqlite_classes`.
    #[derive(Clone)]
    pub type StorageHandle;

    // All rows at once, each as an array: cheaper than row by row, and than objects.
    #[wasm_bindgen(js_namespace = host, js_name = sqlRows, catch)]
    pub(crate) fn sql_rows(
        storage: &StorageHandle,
        sql: &JsString,
        args: Vec<JsValue>,
    ) -> Result<Array, JsValue>;

    #[wasm_bindgen(js_namespace = host, js_name = sqlRun, catch)]
    pub(crate) fn sql_run(
        storage: &StorageHandle,
        sql: &JsString,
        args: Vec<JsValue>,
    ) -> Result<(), JsValue>;

    // A value of bytes that `storage.kv` has under a key.
    #[wasm_bindgen(js_namespace = host, js_name = valueGet, catch)]
    pub(crate) fn value_get(
        storage: &StorageHandle,
        key: &JsString,
    ) -> Result<Option<Vec<u8>>, JsValue>;

    // The bytes are copied before it returns.
    #[wasm_bindgen(js_namespace = host, js_name = valuePut, catch)]
    pub(crate) fn value_put(
        storage: &StorageHandle,
        key: &JsString,
        value: &[u8],
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = host, js_name = textGet, catch)]
    pub(crate) fn text_get(
        storage: &StorageHandle,
        key: &JsString,
    ) -> Result<Option<JsString>, JsValue>;

    #[wasm_bindgen(js_namespace = host, js_name = textPut, catch)]
    pub(crate) fn text_put(
        storage: &StorageHandle,
        key: &JsString,
        text: &JsString,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = host, js_name = valueDelete, catch)]
    pub(crate) fn value_delete(storage: &StorageHandle, key: &JsString) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = host, js_name = valuesClear, catch)]
    pub(crate) fn values_clear(storage: &StorageHandle) -> Result<(), JsValue>;

    // The version of the tables, if there are any. What is no more of version 0.1 is remembered: it is asked once.
    #[wasm_bindgen(js_namespace = host, js_name = oldVersion, catch)]
    pub(crate) fn old_version(storage: &StorageHandle) -> Result<Option<u32>, JsValue>;

    #[wasm_bindgen(js_namespace = host, js_name = setAlarm, catch)]
    pub(crate) fn set_alarm(storage: &StorageHandle, at: f64) -> Result<(), JsValue>;
}
