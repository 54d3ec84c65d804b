//! Functions that fail on purpose, in a build that only tests load.
#![allow(clippy::panic, reason = "panicking is what these are for")]

use std::hint::black_box;

use wasm_bindgen::prelude::*;

use crate::host::task::{run, wait};
use crate::rate_limit::limit::Decision;
use crate::rate_limit::result;

/// How to fail: 0 panic, 1 trap, 2 overflow the stack, 3 run out of memory.
fn fail(how: u8) -> JsValue {
    match how {
        0 => panic!("a panic on purpose"),
        1 => core::arch::wasm32::unreachable(),
        2 => JsValue::from(overflow(f64::from(how))),
        _ => {
            let mut hog: Vec<Vec<u8>> = Vec::new();
            loop {
                // Never touched, so that the machine need not have it; the module's 4 GiB end anyway.
                hog.push(black_box(Vec::with_capacity(1 << 30)));
            }
        }
    }
}

#[allow(
    unconditional_recursion,
    reason = "overflowing the stack is what it is for"
)]
fn overflow(depth: f64) -> f64 {
    // The addition keeps the call from becoming a loop.
    overflow(depth + 1.0) + depth
}

/// Fails before anything is awaited.
#[wasm_bindgen(js_name = faultNow)]
pub fn fault_now(how: u8) -> JsValue {
    run(async move { Ok(fail(how)) })
}

/// Fails after `promise` has settled.
#[wasm_bindgen(js_name = faultLater)]
pub fn fault_later(promise: JsValue, how: u8) -> JsValue {
    run(async move {
        let _ = wait(promise, 0.0).await;
        Ok(fail(how))
    })
}

/// Awaits what nobody settles: no promise that its driver could await.
#[wasm_bindgen(js_name = awaitNothing)]
pub fn await_nothing() -> JsValue {
    run(std::future::pending())
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object)]
    type Built;
    #[wasm_bindgen(method, setter, structural)]
    fn set_allowed(this: &Built, allowed: bool);
    #[wasm_bindgen(method, setter, structural)]
    fn set_remaining(this: &Built, remaining: f64);
    #[wasm_bindgen(method, setter, structural, js_name = resetAt)]
    fn set_reset_at(this: &Built, reset_at: f64);
    #[wasm_bindgen(method, setter, structural)]
    fn set_limit(this: &Built, limit: f64);
    #[wasm_bindgen(method, setter, structural, js_name = retryAfterSeconds)]
    fn set_retry_after_seconds(this: &Built, seconds: f64);
}

/// The same object in three ways, for `bench/crossings.mjs`: 0 by JavaScript, 1 by setters, 2 by `Reflect`.
#[wasm_bindgen(js_name = buildObject)]
pub fn build_object(how: u8, number: f64) -> JsValue {
    match how {
        0 => {
            let decision = Decision {
                allowed: true,
                remaining: number,
                reset_at: number,
                retry_after_seconds: number,
            };
            result::of(&decision, number, false)
        }
        1 => {
            let built: Built = js_sys::Object::new().unchecked_into();
            built.set_allowed(true);
            built.set_remaining(number);
            built.set_reset_at(number);
            built.set_limit(number);
            built.set_retry_after_seconds(number);
            built.into()
        }
        _ => {
            let built = js_sys::Object::new();
            let set = |name: &str, value: JsValue| {
                drop(js_sys::Reflect::set(&built, &name.into(), &value))
            };
            set("allowed", true.into());
            for name in ["remaining", "resetAt", "limit", "retryAfterSeconds"] {
                set(name, number.into());
            }
            built.into()
        }
    }
}
