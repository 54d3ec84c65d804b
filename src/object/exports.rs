//! What all classes call.

use wasm_bindgen::prelude::*;

use crate::host::clock::now;
use crate::host::task::finish;
use crate::protocol::call_time::{CHECK_LATE_MS, LATE_MS, check};

/// Refuses a call that was made too long ago, or in the future; `is_check`: a check of a limit, which is late sooner.
#[wasm_bindgen(js_name = checkCallTime)]
pub fn check_call_time(sent: f64, is_check: bool) -> JsValue {
    let late_ms = if is_check { CHECK_LATE_MS } else { LATE_MS };
    let checked = check(sent, now(), late_ms);
    finish(checked.map(|()| JsValue::UNDEFINED).map_err(Into::into))
}
