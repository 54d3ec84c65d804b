//! What an object returns by RPC: numbers, in the order of [`Reply`].

use wasm_bindgen::prelude::*;

use super::limit::{Decision, Limit};
use crate::host::values::numbers;

#[wasm_bindgen]
extern "C" {
    // Its numbers as an array.
    #[wasm_bindgen(js_namespace = host, js_name = limitReply)]
    fn limit_reply(
        allowed: f64,
        remaining: f64,
        reset_at: f64,
        retry_in_ms: f64,
        index: f64,
    ) -> JsValue;
}

/// The reply to a check or a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reply {
    /// The call may go on.
    pub allowed: bool,
    /// What is left.
    pub remaining: f64,
    /// When all of it is there again.
    pub reset_at: f64,
    /// How long until the same call would be admitted: no moment, since the clocks of object and caller
    /// may differ.
    pub retry_in_ms: f64,
    /// Which of the limits was the strictest.
    pub index: usize,
}

impl Reply {
    /// For RPC.
    pub fn to_js(self) -> JsValue {
        let allowed = if self.allowed { 1.0 } else { 0.0 };
        let index = self.index as f64;
        limit_reply(
            allowed,
            self.remaining,
            self.reset_at,
            self.retry_in_ms,
            index,
        )
    }

    /// What a stub returned; nothing when it is no reply.
    pub fn of(value: &JsValue) -> Option<Self> {
        let &[allowed, remaining, reset_at, retry_in_ms, index] = numbers(value)?.as_slice() else {
            return None;
        };
        Some(Self {
            allowed: allowed == 1.0,
            remaining,
            reset_at,
            retry_in_ms,
            index: index as usize,
        })
    }

    /// The public result.
    pub fn decision(&self) -> Decision {
        Decision {
            allowed: self.allowed,
            remaining: self.remaining,
            reset_at: self.reset_at,
            retry_after_seconds: if self.allowed {
                0.0
            } else {
                Limit::wait_seconds(self.retry_in_ms)
            },
        }
    }
}
