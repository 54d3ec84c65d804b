//! Calls on objects: with a time limit, made again where that is safe, their refusals typed.

use js_sys::{Array, JsString, Math};
use wasm_bindgen::prelude::*;

use super::clock::{learn_time, object_time};
use super::failure::{ObjectFailure, ObjectReason};
use super::refusal::Refusal;
use super::retry::{Flags, pause};
use crate::error::Error;
use crate::host::clock::{now, sleep};
use crate::host::namespace::{
    ClientNamespace, breaker_admits, breaker_learns, failure_flags, object_call, reply_status,
    reply_value,
};
use crate::host::promises::settle_all;
use crate::host::report::{JsReport, Note, Report};
use crate::host::task::{Failure, wait};
use crate::protocol::call_time::{CallTime, MAX_TIMES, RETIMED};

/// How many objects are asked at the same time.
pub const CONCURRENCY: usize = 50;

/// A namespace with what its client knows of it, for the length of a call.
#[derive(Clone)]
pub struct Namespace {
    /// The namespace, and the class of its objects.
    pub namespace: ClientNamespace,
    /// The time limit of a call with its retries, in ms; 0 for none.
    pub limit_ms: f64,
    /// Whether the caller goes on without the object when it fails: then it is not asked while others fail.
    pub has_fallback: bool,
    /// Where the call reports to.
    pub report: Report,
}

impl Namespace {
    /// For one call of a client.
    pub fn new(namespace: &ClientNamespace, report: Option<JsReport>) -> Self {
        Self {
            namespace: namespace.clone(),
            limit_ms: namespace.limit_ms(),
            has_fallback: false,
            report: Report(report),
        }
    }

    /// The same with what is left of the time limit of a call that began at `started`.
    pub fn rest_of(&self, started: f64) -> Self {
        Self {
            limit_ms: self.timer(started),
            ..self.clone()
        }
    }

    /// Calls `method` of the object named `name`, and returns the value of its reply. A call that says when it was
    /// made does so by the last argument, or the one before it, so `args` must have its full length.
    ///
    /// # Errors
    /// [`super::failure::ObjectFailure`] when the object could not be reached, threw, or did not answer in time;
    /// [`Refusal`] when it refused the call.
    pub async fn call(
        &self,
        name: &JsString,
        method: &str,
        args: &[JsValue],
        time: CallTime,
    ) -> Result<JsValue, Error> {
        if self.has_fallback && !breaker_admits(&self.namespace) {
            return Err(ObjectReason::Skipped.because(JsValue::UNDEFINED));
        }
        let started = now();
        let mut attempts = 0;
        let (mut sent, mut times, mut unknown) = (object_time(), 1, false);
        let result = loop {
            let args = with_time(args, time, sent);
            let asked = now();
            let reply = object_call(&self.namespace, name, method, args);
            attempts += 1;
            let reply = wait(reply, self.timer(started)).await;
            self.report.waited_for_objects(asked);
            let cause = match reply {
                Ok(reply) => {
                    let status = reply_status(&self.namespace, method, &reply);
                    if !is_late(status) {
                        break value_of(status, reply);
                    }
                    learn_time(status);
                    // An attempt of which nobody knows may have been made, and be forgotten by now: not even
                    // the refusal, which says that nothing was made, is true of it.
                    if unknown {
                        break Err(timed_out());
                    }
                    if times >= MAX_TIMES {
                        break value_of(status, reply);
                    }
                    (sent, times) = (object_time() + RETIMED, times + 1);
                    continue;
                }
                Err(Failure::TimedOut) => break Err(timed_out()),
                Err(Failure::Threw(cause)) => cause,
            };
            unknown = true;
            match self.next(&cause, attempts, started) {
                Some(pause) => self.back_off(pause).await,
                None => break Err(failed(cause)),
            }
        };
        if self.has_fallback {
            self.learn(name, &result);
        }
        result
    }

    /// Calls `method` of objects side by side, each with its own arguments; returns their results in their order. The
    /// time limit is that of all: an object that hangs until then takes nothing of the others' results.
    /// They do not say when they were made: what they write names what it changes.
    pub async fn call_batch(
        &self,
        calls: &[(JsString, Vec<JsValue>)],
        method: &str,
    ) -> Vec<Result<JsValue, Error>> {
        let started = now();
        let mut attempts = 0;
        let mut results: Vec<Option<Result<JsValue, Error>>> = calls.iter().map(|_| None).collect();
        loop {
            let open = || {
                results
                    .iter()
                    .zip(calls)
                    .filter(|(result, _)| result.is_none())
            };
            let asked = now();
            let replies: Array = open()
                .map(|(_, (name, args))| object_call(&self.namespace, name, method, args.clone()))
                .collect();
            attempts += 1;
            let settled = settle_all(&replies, self.timer(started)).await;
            self.report.waited_for_objects(asked);
            let mut longest: Option<f64> = None;
            let slots = results.iter_mut().filter(|result| result.is_none());
            for (slot, outcome) in slots.zip(settled) {
                *slot = match outcome {
                    None => Some(Err(timed_out())),
                    Some(Ok(reply)) => {
                        let status = reply_status(&self.namespace, method, &reply);
                        Some(value_of(status, reply))
                    }
                    Some(Err(cause)) => match self.next(&cause, attempts, started) {
                        Some(pause) => {
                            longest = Some(longest.unwrap_or(0.0).max(pause));
                            None
                        }
                        None => Some(Err(failed(cause))),
                    },
                };
            }
            let Some(pause) = longest else {
                return results.into_iter().flatten().collect();
            };
            self.back_off(pause).await;
        }
    }

    // Neither an object that is overloaded nor one whose own code threw says anything of others: nobody opens the
    // breaker by what they do to their own.
    fn learn(&self, name: &JsString, result: &Result<JsValue, Error>) {
        let error = result.as_ref().err();
        let failure = error.and_then(Error::of_room::<ObjectFailure>);
        let failed = failure.map(|failure| failure.reason);
        let outage = matches!(
            failed,
            Some(ObjectReason::TimedOut | ObjectReason::Unavailable)
        );
        if outage || failed.is_none() {
            breaker_learns(&self.namespace, name, outage, self.report.0.as_ref());
        }
    }

    fn next(&self, cause: &JsValue, attempts: u32, started: f64) -> Option<f64> {
        let flags = Flags::from_bits(failure_flags(cause));
        let left_ms = if self.limit_ms > 0.0 {
            self.limit_ms - (now() - started)
        } else {
            f64::INFINITY
        };
        pause(flags, attempts, left_ms, Math::random())
    }

    async fn back_off(&self, pause: f64) {
        self.report.note(Note::Retried);
        // A timer of ours: it does not reject, and is shorter than what is left of the limit.
        let _ = wait(sleep(pause).into(), 0.0).await;
    }

    // What is left of the limit: at least a ms, since 0 means no limit.
    fn timer(&self, started: f64) -> f64 {
        if self.limit_ms > 0.0 {
            (self.limit_ms - (now() - started)).max(1.0)
        } else {
            0.0
        }
    }
}

fn with_time(args: &[JsValue], time: CallTime, sent: f64) -> Vec<JsValue> {
    let mut args = args.to_vec();
    match time {
        CallTime::Sent => args.push(sent.into()),
        CallTime::SentBeforeLast => args.insert(args.len().saturating_sub(1), sent.into()),
        CallTime::Omitted => {}
    }
    args
}

fn timed_out() -> Error {
    ObjectReason::TimedOut.because(JsValue::UNDEFINED)
}

fn failed(cause: JsValue) -> Error {
    ObjectReason::of(Flags::from_bits(failure_flags(&cause))).because(cause)
}

// A moment: neither of the other answers of `reply_status`.
fn is_late(status: f64) -> bool {
    status > 1.0
}

fn value_of(status: f64, reply: JsValue) -> Result<JsValue, Error> {
    if status == 1.0 {
        Ok(reply_value())
    } else if status.is_nan() {
        Err(Refusal::of_other_class())
    } else {
        Err(Refusal::of(reply).into())
    }
}
