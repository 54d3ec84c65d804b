//! `CacheClient.getOrSet`: read, or load once for all who ask at the same time.

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::client::{CacheClient, text_of};
use crate::error::Error;
use crate::host::json;
use crate::host::report::Note;
use crate::host::task::{CallResult, Failure, wait};
use crate::kv::{key, ttl};

#[wasm_bindgen]
extern "C" {
    /// This call's part in a group (`js/cache/single_flight.ts`): the first call that misses leads, others follow.
    pub type Member;
    /// KV had nothing. Whether this call leads; otherwise there is somebody to follow.
    #[wasm_bindgen(method, structural)]
    fn join(this: &Member) -> bool;
    /// The leader's outcome, or a promise of it. A rejection means that the leader is gone.
    #[wasm_bindgen(method, structural)]
    fn outcome(this: &Member) -> JsValue;
    /// The leader is gone. Whether this call leads a new group; otherwise somebody was faster.
    #[wasm_bindgen(method, structural, js_name = takeOver)]
    fn take_over(this: &Member) -> bool;
    /// The leader's text, for its followers.
    #[wasm_bindgen(method, structural)]
    fn share(this: &Member, text: &JsString);
    /// The leader's loader threw.
    #[wasm_bindgen(method, structural)]
    fn fail(this: &Member, error: &JsValue);
    /// The call is over, however it ended.
    #[wasm_bindgen(method, structural)]
    fn leave(this: &Member);

    /// What a group came to.
    type Outcome;
    #[wasm_bindgen(method, getter, structural, js_name = text)]
    fn outcome_text(this: &Outcome) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn failed(this: &Outcome) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn error(this: &Outcome) -> JsValue;
}

impl CacheClient {
    /// The value under a key, or what the loader gives, stored for `seconds`.
    ///
    /// # Errors
    /// An invalid key or TTL, or what the loader threw. KV's failures are notes.
    pub async fn get_or_set(
        &self,
        key: &JsString,
        seconds: f64,
        loader: &Function,
        member: &Member,
        join_ms: f64,
    ) -> CallResult {
        key::check(key)?;
        ttl::check(seconds)?;
        match self.read(key).await {
            Ok(Some(value)) => {
                self.report.hit(true);
                return Ok(value);
            }
            Ok(None) => {}
            Err(error) => self.report.note_code(Note::KvFailed, error.code()),
        }
        self.report.hit(false);
        let joined = if member.join() {
            None
        } else {
            self.join(member, join_ms).await
        };
        let result = match joined {
            Some(result) => result,
            None => self.load(key, seconds, loader, member).await,
        };
        member.leave();
        result
    }

    // `None`: this call has to load for itself. Waiting is bounded: a second leader that is gone is not waited for.
    async fn join(&self, member: &Member, join_ms: f64) -> Option<CallResult> {
        for _ in 0..2 {
            let Ok(outcome) = wait(member.outcome(), join_ms).await else {
                self.report.note(Note::JoinFailed);
                if member.take_over() {
                    return None;
                }
                continue;
            };
            let outcome: Outcome = outcome.unchecked_into();
            if outcome.failed() {
                self.report.note(Note::Joined);
                return Some(Err(Error::Thrown(outcome.error())));
            }
            // Without a text the leader's value could not be cached, and is not ours to share.
            let text: JsString = outcome.outcome_text().dyn_into().ok()?;
            self.report.note(Note::Joined);
            return json::parse(&text).map(Ok);
        }
        None
    }

    async fn load(
        &self,
        key: &JsString,
        seconds: f64,
        loader: &Function,
        member: &Member,
    ) -> CallResult {
        let loaded = match loader.call0(&JsValue::UNDEFINED) {
            Ok(promise) => wait(promise, 0.0).await,
            Err(thrown) => Err(Failure::Threw(thrown)),
        };
        let value = match loaded {
            Ok(value) => value,
            Err(Failure::Threw(error)) => {
                member.fail(&error);
                return Err(Error::Thrown(error));
            }
            Err(Failure::TimedOut) => return Ok(JsValue::UNDEFINED),
        };
        let text = match text_of(&value) {
            Ok(text) => text,
            Err(error) => {
                self.report.note_code(Note::NotCached, error.code());
                return Ok(value);
            }
        };
        member.share(&text);
        if let Err(error) = self.write(key, &text, seconds).await {
            self.report.note_code(Note::NotCached, error.code());
        }
        Ok(value)
    }
}
