//! Single flight: of the calls that miss a key at the same time, one loads for all of its isolate.

use js_sys::{Array, Function, JsString};
use wasm_bindgen::prelude::*;

use super::handle::Kv;
use crate::error::Error;
use crate::host::report::{Note, Report};
use crate::host::task::{CallResult, Failure, wait};

#[wasm_bindgen]
extern "C" {
    /// This call's part in a group (`js/kv/single_flight.ts`): the first call that misses leads, others follow.
    pub type Member;
    /// Whether the key was loaded while this call has read it. True once.
    #[wasm_bindgen(method, structural, js_name = wasLoaded)]
    pub fn was_loaded(this: &Member, key: &JsString) -> bool;
    /// KV had nothing. Whether this call leads; otherwise there is somebody to follow.
    #[wasm_bindgen(method, structural)]
    pub fn join(this: &Member, key: &JsString) -> bool;
    // The leader's outcome, or a promise of it. A rejection means that the leader is gone.
    #[wasm_bindgen(method, structural)]
    fn outcome(this: &Member) -> JsValue;
    // The leader is gone. Whether this call leads a new group; otherwise somebody was faster.
    #[wasm_bindgen(method, structural, js_name = takeOver)]
    fn take_over(this: &Member) -> bool;
    // The loader is called now.
    #[wasm_bindgen(method, structural)]
    fn begin(this: &Member);
    /// The leader's text, for its followers. `as_of`: of a session, when it was read.
    #[wasm_bindgen(method, structural)]
    pub fn share(this: &Member, text: &JsString, as_of: f64);
    // The leader's loader threw.
    #[wasm_bindgen(method, structural)]
    fn fail(this: &Member, error: &JsValue);
    // Whether nothing was invalidated since the loader was called. Then the writes begin before anything is awaited.
    #[wasm_bindgen(method, structural, js_name = mayStore)]
    fn may_store(this: &Member) -> bool;
    // The writes have begun. Whether they go on by themselves.
    #[wasm_bindgen(method, structural)]
    fn keep(this: &Member, writes: &Array, limit_ms: f64) -> bool;
    /// The call is over, however it ended.
    #[wasm_bindgen(method, structural)]
    pub fn leave(this: &Member);

    // What a group came to.
    type Outcome;
    #[wasm_bindgen(method, getter, structural, js_name = text)]
    fn outcome_text(this: &Outcome) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = asOf)]
    fn as_of(this: &Outcome) -> f64;
    #[wasm_bindgen(method, getter, structural)]
    fn failed(this: &Outcome) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn error(this: &Outcome) -> JsValue;
}

/// What a leader has loaded: its JSON, and for a session when it was read.
pub type Shared = (JsString, f64);

/// Waits for the leader. `None`: this call has to load for itself. Waiting is bounded: a second leader that is gone is
/// not waited for.
pub async fn follow(
    member: &Member,
    report: &Report,
    join_ms: f64,
) -> Option<Result<Shared, Error>> {
    for _ in 0..2 {
        let Ok(outcome) = wait(member.outcome(), join_ms).await else {
            report.note(Note::JoinFailed);
            if member.take_over() {
                return None;
            }
            continue;
        };
        let outcome: Outcome = outcome.unchecked_into();
        if outcome.failed() {
            report.note(Note::Joined);
            return Some(Err(Error::Thrown(outcome.error())));
        }
        // Without a text the leader's value could not be shared, and is not ours.
        let text: JsString = outcome.outcome_text().dyn_into().ok()?;
        report.note(Note::Joined);
        return Some(Ok((text, outcome.as_of())));
    }
    None
}

/// Calls the loader; what it throws is its followers' too.
///
/// # Errors
/// What the loader threw.
pub async fn load(member: &Member, loader: &Function) -> CallResult {
    member.begin();
    let loaded = match loader.call0(&JsValue::UNDEFINED) {
        Ok(promise) => wait(promise, 0.0).await,
        Err(thrown) => Err(Failure::Threw(thrown)),
    };
    match loaded {
        Ok(value) => Ok(value),
        Err(Failure::Threw(error)) => {
            member.fail(&error);
            Err(Error::Thrown(error))
        }
        // There is no time limit.
        Err(Failure::TimedOut) => Ok(JsValue::UNDEFINED),
    }
}

/// Stores what was loaded, unless it was invalidated since: by `writes`, which only begins them, that of `key` last. Where they go on by
/// themselves, they are not waited for.
///
/// # Errors
/// It was invalidated, or KV failed.
pub async fn store(
    kv: &Kv,
    member: &Member,
    key: &JsString,
    writes: impl FnOnce() -> Array,
) -> Result<(), Error> {
    if !member.may_store() {
        return Err(Error::Conflict("it was invalidated while it was loading"));
    }
    let writes = writes();
    if member.keep(&writes, kv.limit_ms()) {
        return Ok(());
    }
    kv.finish(&writes, key).await
}
