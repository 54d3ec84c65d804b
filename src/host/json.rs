//! JSON by the engine: values stay on its side and never cross as text.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Undefined for what is not valid JSON; guarded in js/wasm/imports/text.ts, which costs less than `catch`.
    #[wasm_bindgen(js_namespace = host, js_name = parse)]
    fn parse_js(text: &JsString) -> JsValue;

    #[wasm_bindgen(js_namespace = JSON, js_name = stringify, catch)]
    fn stringify_js(value: &JsValue) -> Result<JsValue, JsValue>;
}

/// The value of a JSON text. The engine's error quotes its input, so it is not kept.
pub fn parse(text: &JsString) -> Option<JsValue> {
    let value = parse_js(text);
    (!value.is_undefined()).then_some(value)
}

/// The JSON text of a value; `None` for what JSON cannot say (`undefined`, a BigInt, a cycle).
pub fn stringify(value: &JsValue) -> Option<JsString> {
    stringify_js(value)
        .ok()
        .and_then(|text| text.dyn_into().ok())
}
