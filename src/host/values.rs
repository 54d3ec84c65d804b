//! Values of JavaScript, looked at without copying them; numbers in messages.

use std::fmt;

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

    #[cfg(target_arch = "wasm32")]
    #[wasm_bindgen(js_name = String)]
    fn number_text(number: f64) -> String;
}

/// A number in a message, as JavaScript writes it: to format floats, Rust would bring 20 KB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown(pub f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(target_arch = "wasm32")]
        return f.write_str(&number_text(self.0));
        #[cfg(not(target_arch = "wasm32"))]
        write!(f, "{}", self.0)
    }
}
