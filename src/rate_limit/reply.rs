//! What an object answers by RPC: the public result, and what its caller needs to remember a refusal.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::model::Decision;

#[wasm_bindgen]
extern "C" {
    /// A reply, or anything else that a stub has answered.
    type Answered;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn allowed(this: &Answered) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn remaining(this: &Answered) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = resetAt)]
    fn reset_at(this: &Answered) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn limit(this: &Answered) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = retryAfterSeconds)]
    fn retry_after_seconds(this: &Answered) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = retryInMs)]
    fn retry_in_ms(this: &Answered) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn index(this: &Answered) -> Result<JsValue, JsValue>;
}

/// See [`Decision`] for what is public.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// The call may go on.
    pub allowed: bool,
    /// What is left.
    pub remaining: f64,
    /// When all of it is there again.
    pub reset_at: f64,
    /// The limit that was the strictest.
    pub limit: f64,
    /// How long to wait.
    pub retry_after_seconds: f64,
    /// The same in ms: a length of time, since the clocks of object and caller may differ.
    pub retry_in_ms: f64,
    /// Which of the limits it was.
    pub index: u32,
}

impl Reply {
    /// For RPC.
    pub fn into_js(self) -> JsValue {
        // Numbers and a boolean: this does not fail.
        serde_wasm_bindgen::to_value(&self).unwrap_or_default()
    }

    /// What a stub answered; nothing when it is no reply.
    pub fn of(value: &JsValue) -> Option<Self> {
        if !value.is_object() {
            return None;
        }
        let value: &Answered = value.unchecked_ref();
        let number = |value: Result<JsValue, JsValue>| value.ok()?.as_f64();
        Some(Self {
            allowed: value.allowed().ok()?.as_bool()?,
            remaining: number(value.remaining())?,
            reset_at: number(value.reset_at())?,
            limit: number(value.limit())?,
            retry_after_seconds: number(value.retry_after_seconds())?,
            retry_in_ms: number(value.retry_in_ms())?,
            index: number(value.index())? as u32,
        })
    }

    /// Its public part.
    pub const fn decision(&self) -> Decision {
        Decision {
            allowed: self.allowed,
            remaining: self.remaining,
            reset_at: self.reset_at,
            retry_after_seconds: self.retry_after_seconds,
        }
    }
}
