//! Values of JavaScript, looked at without copying them.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The length in bytes of `text` as UTF-8.
    #[wasm_bindgen(js_namespace = host, js_name = byteLength)]
    pub fn byte_length(text: &JsString) -> f64;

    /// The numbers of an array that holds nothing else.
    #[wasm_bindgen(js_namespace = host, js_name = numbersOf)]
    pub fn numbers(value: &JsValue) -> Option<Vec<f64>>;
}
