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
    /// This call's part in a flight (`js/flights.ts`): the first call that misses leads, others join.
    pub type Ticket;
    /// KV had nothing. Whether this call leads; otherwise there is somebody to join.
    #[wasm_bindgen(method, structural)]
    fn board(this: &Ticket) -> bool;
    /// The leader's outcome, or a promise of it. A rejection means that the leader is gone.
    #[wasm_bindgen(method, structural)]
    fn outcome(this: &Ticket) -> JsValue;
    /// The flight is dead. Whether this call leads a new one; otherwise somebody was faster.
    #[wasm_bindgen(method, structural)]
    fn retake(this: &Ticket) -> bool;
    /// The leader's text, for those who joined.
    #[wasm_bindgen(method, structural)]
    fn text(this: &Ticket, text: &JsString);
    /// The leader's loader threw.
    #[wasm_bindgen(method, structural)]
    fn threw(this: &Ticket, error: &JsValue);
    /// The call is over, however it ended.
    #[wasm_bindgen(method, structural)]
    fn leave(this: &Ticket);

    /// How a flight ended.
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
        ticket: &Ticket,
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
        let joined = if ticket.board() {
            None
        } else {
            self.join(ticket, join_ms).await
        };
        let result = match joined {
            Some(result) => result,
            None => self.load(key, seconds, loader, ticket).await,
        };
        ticket.leave();
        result
    }

    // `None`: this call has to load for itself. Waiting is bounded: a second dead flight is not waited for.
    async fn join(&self, ticket: &Ticket, join_ms: f64) -> Option<CallResult> {
        for _ in 0..2 {
            let Ok(outcome) = wait(ticket.outcome(), join_ms).await else {
                self.report.note(Note::JoinFailed);
                if ticket.retake() {
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
        ticket: &Ticket,
    ) -> CallResult {
        let loaded = match loader.call0(&JsValue::UNDEFINED) {
            Ok(promise) => wait(promise, 0.0).await,
            Err(thrown) => Err(Failure::Threw(thrown)),
        };
        let value = match loaded {
            Ok(value) => value,
            Err(Failure::Threw(error)) => {
                ticket.threw(&error);
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
        ticket.text(&text);
        if let Err(error) = self.write(key, &text, seconds).await {
            self.report.note_code(Note::NotCached, error.code());
        }
        Ok(value)
    }
}
