//! Values of JavaScript, looked at without copying them.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The length in bytes of `text` as UTF-8.
    #[wasm_bindgen(js_namespace = host, js_name = byteLength)]
    pub fn byte_length(text: &JsString) -> f64;
}

/// The numbers of an array that holds nothing else.
pub fn numbers(value: &JsValue) -> Option<Vec<f64>> {
    let array = Array::is_array(value).then(|| value.unchecked_ref::<Array>())?;
    array.iter().map(|number| number.as_f64()).collect()
}
