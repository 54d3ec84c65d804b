//! Single flight: of the calls that miss a key at the same time, one loads for all of its isolate.

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::handle::Kv;
use crate::error::Error;
use crate::host::report::{JsReport, Report};
use crate::host::task::{Failure, wait};

#[wasm_bindgen]
extern "C" {
    /// This call's part in a group (`js/kv/single_flight.ts`): the first call that misses leads, others follow.
    pub type Member;
    /// Whether the key was loaded while this call has read it. True once.
    #[wasm_bindgen(method, structural, js_name = wasLoaded)]
    pub fn was_loaded(this: &Member, key: &JsString) -> bool;
    // KV had nothing. The leader's text, or undefined where this call has to load: mostly since it leads.
    #[wasm_bindgen(method, structural)]
    fn join(this: &Member, key: &JsString, report: Option<&JsReport>, join_ms: f64) -> JsValue;
    /// Of a leader's session, when it was read.
    #[wasm_bindgen(method, getter, structural, js_name = asOf)]
    pub fn as_of(this: &Member) -> f64;
    #[wasm_bindgen(method, structural)]
    fn load(this: &Member, loader: &Function) -> JsValue;
    /// The leader's text, for its followers. `as_of`: of a session, when it was read.
    #[wasm_bindgen(method, structural)]
    pub fn share(this: &Member, text: &JsString, as_of: f64);
    // Whether nothing was invalidated since the loader was called. Then the write begins before anything is awaited.
    #[wasm_bindgen(method, structural, js_name = mayStore)]
    fn may_store(this: &Member) -> bool;
    // The write has begun. Whether it goes on by itself.
    #[wasm_bindgen(method, structural)]
    fn keep(this: &Member, write: &JsValue, limit_ms: f64) -> bool;
    /// The call is over, however it ended.
    #[wasm_bindgen(method, structural)]
    pub fn leave(this: &Member);
}

/// What another call has loaded, as JSON; nothing where this call has to load for itself.
///
/// # Errors
/// What the other call's loader threw.
pub async fn join(
    member: &Member,
    key: &JsString,
    report: &Report,
    join_ms: f64,
) -> Result<Option<JsString>, Error> {
    let text = finish(member.join(key, report.0.as_ref(), join_ms)).await?;
    Ok(text.dyn_into().ok())
}

/// Calls the loader; what it throws is its followers' too.
///
/// # Errors
/// What the loader threw.
pub async fn load(member: &Member, loader: &Function) -> Result<JsValue, Error> {
    finish(member.load(loader)).await
}

async fn finish(promise: JsValue) -> Result<JsValue, Error> {
    wait(promise, 0.0).await.map_err(|failure| match failure {
        Failure::Threw(error) => Error::Thrown(error),
        // There is no time limit.
        Failure::TimedOut => Error::Thrown(JsValue::UNDEFINED),
    })
}

/// Stores what was loaded, unless it was invalidated since, by the write that `start` begins. Where that goes on by
/// itself, it is not waited for.
///
/// # Errors
/// It was invalidated, or KV failed.
pub async fn store(kv: &Kv, member: &Member, start: impl FnOnce() -> JsValue) -> Result<(), Error> {
    if !member.may_store() {
        return Err(Error::Conflict("it was invalidated while it was loading"));
    }
    let write = start();
    if member.keep(&write, kv.limit_ms()) {
        return Ok(());
    }
    kv.end_put(write).await
}
