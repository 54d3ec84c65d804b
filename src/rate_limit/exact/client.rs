//! `RateLimiterClient` on Durable Objects: every call asks the identifier's object, but for those that it
//! has refused already.

use std::cell::RefCell;

use js_sys::{Array, JsString, Math};
use wasm_bindgen::prelude::*;

use super::refusals::{RefusalCache, RefusalId};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::report::Note;
use crate::host::task::CallResult;
use crate::kv::key::Unfit;
use crate::protocol::call_time::CallTime;
use crate::rate_limit::limit::{Decision, IDENTIFIER, Limit, MAX_LIMIT, OnUnavailable};
use crate::rate_limit::reply::Reply;
use crate::rate_limit::request::Request;
use crate::rate_limit::result;
use crate::stub::call::Namespace;
use crate::stub::failure::is_unavailable;
use crate::stub::refusal::Refusal;

#[wasm_bindgen]
extern "C" {
    // The result of a call that this isolate decides by itself, and counts if `counts`.
    #[wasm_bindgen(js_namespace = host, js_name = decideHere)]
    fn decide_here(
        namespace_id: u32,
        identifier: &str,
        configs: &Array,
        cost: f64,
        counts: bool,
    ) -> JsValue;
}

thread_local! {
    static REFUSALS: RefCell<RefusalCache> = RefCell::default();
}

// Never held across an await or a call into JavaScript.
fn refusals<T>(f: impl FnOnce(&mut RefusalCache) -> T) -> T {
    REFUSALS.with_borrow_mut(f)
}

/// A limit, and under which prefix it counts.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// `keyPrefix`.
    pub prefix: String,
    /// The limit.
    pub limit: Limit,
}

impl Keyed {
    /// Of a limit that was read.
    pub fn of(request: &Request) -> Self {
        Self {
            prefix: String::from(&request.prefix),
            limit: request.limit,
        }
    }
}

/// Exact limits behind one namespace, for the length of a call.
pub struct ExactLimiterClient {
    /// The namespace.
    pub objects: Namespace,
    /// The number of its handle object: a refusal that is remembered belongs to one.
    pub namespace_id: u32,
    /// What happens when the object fails.
    pub on_unavailable: OnUnavailable,
    /// Whether refusals are remembered here.
    pub local_block: bool,
}

/// What is asked of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Check limits, and count the call under all of them or under none.
    Check,
    /// What a check of cost 1 would return. Asks the object also about who is blocked.
    Peek,
    /// Give back.
    Refund,
    /// Take, whether admitted or not.
    Penalize,
    /// Forget one prefix.
    Reset,
}

impl Operation {
    /// By the method of the object's class.
    pub fn named(method: &str) -> Option<Self> {
        [
            Self::Check,
            Self::Peek,
            Self::Refund,
            Self::Penalize,
            Self::Reset,
        ]
        .into_iter()
        .find(|operation| operation.method() == method)
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Peek => "peek",
            Self::Refund => "refund",
            Self::Penalize => "penalize",
            Self::Reset => "reset",
        }
    }

    const fn time(self) -> CallTime {
        match self {
            Self::Peek => CallTime::Omitted,
            _ => CallTime::Sent,
        }
    }

    /// Whether `on_unavailable` is about it.
    pub const fn may_do_without(self) -> bool {
        matches!(self, Self::Check | Self::Peek)
    }

    // `configs` are the limits as the object takes them.
    fn arguments(self, limits: &[Keyed], configs: &Array) -> Vec<JsValue> {
        let first = limits.first();
        let cost = || first.map_or(1.0, |keyed| keyed.limit.cost).into();
        match self {
            Self::Check => vec![configs.into(), cost(), call_id()],
            Self::Peek => vec![configs.get(0)],
            Self::Refund | Self::Penalize => vec![configs.get(0), cost(), call_id()],
            Self::Reset => vec![first.map(|keyed| keyed.prefix.as_str()).into(), call_id()],
        }
    }
}

impl ExactLimiterClient {
    /// Makes a call on the object of that name; `configs` are the limits as the object takes them.
    ///
    /// # Errors
    /// An invalid key, or the object failed: then a check or a peek goes by `on_unavailable`.
    pub async fn call(
        &self,
        operation: Operation,
        identifier: &str,
        limits: &[Keyed],
        configs: &Array,
    ) -> CallResult {
        // As on KV: there is nothing to count under.
        if identifier.is_empty() && limits.iter().any(|keyed| keyed.prefix.is_empty()) {
            return Err(Unfit::Empty.of(IDENTIFIER).into());
        }
        let begun = now();
        if operation == Operation::Check
            && let Some((decision, limit)) = self.known_refusal(identifier, limits, begun)
        {
            self.objects.report.note(Note::Blocked);
            return Ok(result::of(&decision, limit, false));
        }
        let epoch = refusals(|refusals| refusals.epoch());
        let value = self.ask(operation, identifier, limits, configs).await;
        let value = match value {
            Err(error) if operation.may_do_without() => {
                return self.without_object(error, operation, identifier, limits, configs);
            }
            other => other?,
        };
        if operation == Operation::Reset {
            return Ok(JsValue::UNDEFINED);
        }
        let reply = Reply::of(&value);
        let strictest = reply.and_then(|reply| Some((reply, limits.get(reply.index)?)));
        let Some((reply, keyed)) = strictest else {
            return Err(Refusal::of_other_class());
        };
        let decision = reply.decision();
        if operation == Operation::Check && self.local_block && !reply.allowed {
            let id = self.refusal_id(&keyed.prefix, identifier);
            let refused = (begun, epoch);
            refusals(|refusals| {
                refusals.remember(id, keyed.limit, &decision, refused, reply.retry_in_ms);
            });
        } else if operation == Operation::Peek && reply.allowed {
            self.forget_refusals(identifier, limits);
        }
        Ok(result::of(&decision, keyed.limit.limit, false))
    }

    // All of them may be made again: those that count carry an id, by which the object knows them.
    async fn ask(
        &self,
        operation: Operation,
        identifier: &str,
        limits: &[Keyed],
        configs: &Array,
    ) -> CallResult {
        let forgives = matches!(operation, Operation::Refund | Operation::Reset);
        if forgives {
            self.forget_refusals(identifier, limits);
        }
        let args = operation.arguments(limits, configs);
        let name = JsString::from(identifier);
        let reply = self
            .objects
            .call(&name, operation.method(), &args, operation.time())
            .await;
        if forgives {
            // Again: a refusal may have come in meanwhile.
            self.forget_refusals(identifier, limits);
        }
        reply
    }

    fn without_object(
        &self,
        error: Error,
        operation: Operation,
        identifier: &str,
        limits: &[Keyed],
        configs: &Array,
    ) -> CallResult {
        let limit = limits.iter().map(|keyed| keyed.limit).reduce(smaller);
        let Some(limit) = limit.filter(|_| is_unavailable(&error)) else {
            return Err(error);
        };
        if self.on_unavailable == OnUnavailable::Throw {
            return Err(error);
        }
        let report = &self.objects.report;
        report.note_code(Note::ObjectFailed, error.code());
        if self.on_unavailable == OnUnavailable::Allow {
            let counts = operation == Operation::Check;
            return Ok(decide_here(
                self.namespace_id,
                identifier,
                configs,
                limit.cost,
                counts,
            ));
        }
        let time = now();
        let denied = limit.decision(false, limit.limit, time + limit.window_ms, time);
        Ok(result::of(&denied, limit.limit, true))
    }

    fn known_refusal(
        &self,
        identifier: &str,
        limits: &[Keyed],
        now: f64,
    ) -> Option<(Decision, f64)> {
        refusals(|refusals| {
            if !self.local_block || refusals.is_empty() {
                return None;
            }
            let mut strictest: Option<(f64, Decision, f64)> = None;
            for keyed in limits {
                let id = self.refusal_id(&keyed.prefix, identifier);
                let Some((wait_ms, refusal)) = refusals.refusal(&id, &keyed.limit, now) else {
                    continue;
                };
                // As the object decides: that which lasts longest, of two the first.
                if strictest.as_ref().is_none_or(|known| wait_ms > known.0) {
                    strictest = Some((wait_ms, refusal, keyed.limit.limit));
                }
            }
            strictest.map(|(_, refusal, limit)| (refusal, limit))
        })
    }

    fn forget_refusals(&self, identifier: &str, limits: &[Keyed]) {
        for keyed in limits {
            let id = self.refusal_id(&keyed.prefix, identifier);
            refusals(|refusals| refusals.clear(&id));
        }
    }

    fn refusal_id(&self, prefix: &str, identifier: &str) -> RefusalId {
        RefusalId {
            namespace_id: self.namespace_id,
            prefix: prefix.to_owned(),
            identifier: identifier.to_owned(),
        }
    }
}

fn smaller(a: Limit, b: Limit) -> Limit {
    if b.limit < a.limit { b } else { a }
}

// Not a secret: whoever guesses it only keeps a call of their own from being counted.
fn call_id() -> JsValue {
    (Math::random() * MAX_LIMIT).floor().into()
}
