//! `RateLimiterClient` on Durable Objects: every call asks the identifier's object, but for those that it
//! has refused already.

use std::cell::RefCell;

use js_sys::{JsString, Math};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::blocks::{BlockId, Blocks};
use super::client::OnUnavailable;
use super::model::{Algorithm, Decision, Limit, MAX_LIMIT};
use super::reply::Reply;
use crate::error::Error;
use crate::host::object_handle::refusal;
use crate::host::report::Note;
use crate::host::task::Answer;
use crate::host::{limit_result, now};
use crate::kv::key;
use crate::object::call::Objects;
use crate::object::model::Retry;

thread_local! {
    static BLOCKS: RefCell<Blocks> = RefCell::default();
}

// Never held across an await or a call into JavaScript.
fn blocks<T>(f: impl FnOnce(&mut Blocks) -> T) -> T {
    BLOCKS.with_borrow_mut(f)
}

/// A limit, and under which prefix it counts.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// `keyPrefix`.
    pub prefix: String,
    /// The limit.
    pub limit: Limit,
}

/// Exact limits behind one namespace, for the length of a call.
pub struct ExactLimiterClient {
    /// The namespace.
    pub objects: Objects,
    /// The number of the handle object.
    pub handle: u32,
    /// What happens when the object fails.
    pub on_unavailable: OnUnavailable,
    /// Whether refusals are remembered here.
    pub local_block: bool,
}

/// A limit as the object takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    key_prefix: &'a str,
    limit: f64,
    window: f64,
    algorithm: &'static str,
}

impl Keyed {
    fn wire(&self) -> Wire<'_> {
        Wire {
            key_prefix: &self.prefix,
            limit: self.limit.limit,
            window: self.limit.window_ms / 1_000.0,
            algorithm: match self.limit.algorithm {
                Algorithm::FixedWindow => "fixed-window",
                Algorithm::SlidingWindow => "sliding-window",
                Algorithm::TokenBucket => "token-bucket",
            },
        }
    }

    fn to_js(&self) -> JsValue {
        // Strings and numbers: this does not fail.
        serde_wasm_bindgen::to_value(&self.wire()).unwrap_or_default()
    }
}

impl ExactLimiterClient {
    /// Checks limits, and counts the call under all of them or under none.
    ///
    /// # Errors
    /// An invalid key, or the object failed and `on_unavailable` is `Throw`.
    pub async fn check(&self, identifier: &str, limits: &[Keyed]) -> Answer {
        for keyed in limits {
            check_key(&keyed.prefix, identifier)?;
        }
        let begun = now();
        if self.local_block
            && let Some((decision, limit)) = self.known_refusal(identifier, limits, begun)
        {
            self.objects.report.note(Note::Blocked);
            return Ok(result(&decision, limit, false));
        }
        let epoch = blocks(|blocks| blocks.epoch());
        let configs: js_sys::Array = limits.iter().map(Keyed::to_js).collect();
        let cost = limits.first().map_or(1.0, |keyed| keyed.limit.cost);
        let args = [configs.into(), cost.into(), call_id()];
        match self.ask(identifier, "check", &args).await {
            Ok(reply) => {
                if self.local_block
                    && !reply.allowed
                    && let Some(keyed) = limits.get(reply.index as usize)
                {
                    let id = self.block_id(&keyed.prefix, identifier);
                    let begun = (begun, epoch);
                    blocks(|blocks| {
                        let decision = reply.decision();
                        blocks.remember(id, keyed.limit, &decision, begun, reply.retry_in_ms);
                    });
                }
                Ok(result(&reply.decision(), reply.limit, false))
            }
            Err(error) => self.without_object(error, limits),
        }
    }

    /// What a check of cost 1 would answer. Counts nothing; asks the object also about who is blocked.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn peek(&self, identifier: &str, keyed: Keyed) -> Answer {
        check_key(&keyed.prefix, identifier)?;
        match self.ask(identifier, "peek", &[keyed.to_js()]).await {
            Ok(reply) => {
                if reply.allowed {
                    self.unblock(&keyed.prefix, identifier);
                }
                Ok(result(&reply.decision(), reply.limit, false))
            }
            Err(error) => self.without_object(error, &[keyed]),
        }
    }

    /// `refund` gives back, `penalize` takes. Answers what [`Self::peek`] would.
    ///
    /// # Errors
    /// An invalid key, or the object failed: there is nothing to go on with.
    pub async fn adjust(&self, identifier: &str, keyed: Keyed, method: &'static str) -> Answer {
        check_key(&keyed.prefix, identifier)?;
        self.unblock(&keyed.prefix, identifier);
        let args = [keyed.to_js(), keyed.limit.cost.into(), call_id()];
        let reply = self.ask(identifier, method, &args).await;
        // Again: a refusal may have come in meanwhile.
        self.unblock(&keyed.prefix, identifier);
        let reply = reply?;
        Ok(result(&reply.decision(), reply.limit, false))
    }

    /// Forgets what was counted under one prefix.
    ///
    /// # Errors
    /// An invalid key, or the object failed.
    pub async fn reset(&self, identifier: &str, prefix: &str) -> Answer {
        check_key(prefix, identifier)?;
        self.unblock(prefix, identifier);
        let name = JsString::from(identifier);
        let forgotten = self
            .objects
            .call(&name, "reset", &[prefix.into()], Retry::Idempotent)
            .await;
        self.unblock(prefix, identifier);
        forgotten.map(|_| JsValue::UNDEFINED)
    }

    // All calls may be made again: those that count carry an id, by which the object knows them.
    async fn ask(
        &self,
        identifier: &str,
        method: &'static str,
        args: &[JsValue],
    ) -> Result<Reply, Error> {
        let name = JsString::from(identifier);
        let value = self
            .objects
            .call(&name, method, args, Retry::Idempotent)
            .await?;
        Reply::of(&value).ok_or_else(|| Error::Refused(refusal(&JsValue::UNDEFINED)))
    }

    fn without_object(&self, error: Error, limits: &[Keyed]) -> Answer {
        if self.on_unavailable == OnUnavailable::Throw || !error.is_unavailable() {
            return Err(error);
        }
        self.objects
            .report
            .note_code(Note::ObjectFailed, error.code());
        let Some(limit) = limits.iter().map(|keyed| keyed.limit).reduce(smaller) else {
            return Err(error);
        };
        let time = now();
        let ends_at = time + limit.window_ms;
        let decision = match self.on_unavailable {
            OnUnavailable::Deny => limit.answer(false, limit.limit, ends_at, time),
            _ => limit.answer(true, limit.cost, ends_at, time),
        };
        Ok(result(&decision, limit.limit, true))
    }

    fn known_refusal(
        &self,
        identifier: &str,
        limits: &[Keyed],
        now: f64,
    ) -> Option<(Decision, f64)> {
        blocks(|blocks| {
            if blocks.is_empty() {
                return None;
            }
            limits.iter().find_map(|keyed| {
                let id = self.block_id(&keyed.prefix, identifier);
                let refusal = blocks.refusal(&id, &keyed.limit, now)?;
                Some((refusal, keyed.limit.limit))
            })
        })
    }

    fn unblock(&self, prefix: &str, identifier: &str) {
        let id = self.block_id(prefix, identifier);
        blocks(|blocks| blocks.clear(&id));
    }

    fn block_id(&self, prefix: &str, identifier: &str) -> BlockId {
        BlockId {
            handle: self.handle,
            prefix: prefix.to_owned(),
            identifier: identifier.to_owned(),
        }
    }
}

// The same bounds as on KV, so that a limiter can move between the two.
fn check_key(prefix: &str, identifier: &str) -> Result<(), Error> {
    Ok(key::check_text(&[prefix, identifier].concat())?)
}

fn smaller(a: Limit, b: Limit) -> Limit {
    if b.limit < a.limit { b } else { a }
}

// Not a secret: who guesses it only keeps a call of their own from being counted.
fn call_id() -> JsValue {
    (Math::random() * MAX_LIMIT).floor().into()
}

fn result(decision: &Decision, limit: f64, degraded: bool) -> JsValue {
    limit_result(
        decision.allowed,
        decision.remaining,
        decision.reset_at,
        limit,
        decision.retry_after_seconds,
        degraded,
    )
}
