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

    #[wasm_bindgen(js_namespace = host, js_name = setAlarm, catch)]
    pub(crate) fn set_alarm(storage: &StorageHandle, at: f64) -> Result<(), JsValue>;
}
