//! JSON by the engine: values stay on its side and never cross as text.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::error::{Error, NotJsonable};

#[wasm_bindgen]
extern "C" {
    // Undefined for what is not valid JSON; guarded in js/wasm/imports/text.ts, which costs less than `catch`.
    #[wasm_bindgen(js_namespace = host, js_name = parse)]
    fn parse_js(text: &JsString) -> JsValue;

    // The text; or the error for what JSON cannot say, or would lose (js/core/json.ts).
    #[wasm_bindgen(js_namespace = host, js_name = jsonOf)]
    fn json_of(value: &JsValue, what: &str, code: &str) -> JsValue;
}

/// The value of a JSON text. The engine's error quotes its input, so it is not kept.
pub fn parse(text: &JsString) -> Option<JsValue> {
    let value = parse_js(text);
    (!value.is_undefined()).then_some(value)
}

/// The JSON text of a value; `what` it is, and with which code it is refused.
///
/// # Errors
/// [`Error::NotJsonable`] for what JSON cannot say (`undefined`, a BigInt, a cycle), or would lose.
pub fn stringify(value: &JsValue, what: &str, code: &'static str) -> Result<JsString, Error> {
    json_of(value, what, code)
        .dyn_into()
        .map_err(|error| Error::NotJsonable(Box::new(NotJsonable { code, error })))
}
