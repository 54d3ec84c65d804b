//! JSON by the engine: values stay on its side and never cross as text.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn parse_js(text: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = JSON, js_name = stringify, catch)]
    fn stringify_js(value: &JsValue) -> Result<JsValue, JsValue>;
}

/// The value of a JSON text. The engine's error quotes its input, so it is not kept.
pub fn parse(text: &JsString) -> Option<JsValue> {
    parse_js(text).ok()
}

/// The JSON text of a value; `None` for what JSON cannot say (`undefined`, a BigInt, a cycle).
pub fn stringify(value: &JsValue) -> Option<JsString> {
    stringify_js(value)
        .ok()
        .and_then(|text| text.dyn_into().ok())
}
