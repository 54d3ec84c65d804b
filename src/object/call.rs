//! Calls on objects: with a time limit, made again where that is safe, their refusals typed.

use js_sys::{Array, JsString, Math};
use wasm_bindgen::prelude::*;

use super::model::{Flags, Retry, pause};
use crate::error::{Error, ObjectReason};
use crate::host::object_handle::{
    ObjectHandle, failure_flags, object_call, refusal, reply_ok, reply_value,
};
use crate::host::report::{Note, Report};
use crate::host::task::{Failure, wait};
use crate::host::{now, settle_all, sleep};

/// How many objects are asked at the same time.
pub const CONCURRENCY: usize = 50;

/// A namespace with what its client knows of it, for the length of a call.
#[derive(Clone)]
pub struct Objects {
    /// The namespace.
    pub handle: ObjectHandle,
    /// The options of `namespace.get`, such as `{ locationHint }`; undefined for none.
    pub placement: JsValue,
    /// The time limit of a call with its retries, in ms; 0 for none.
    pub limit_ms: f64,
    /// Where the call reports to.
    pub report: Report,
}

impl Objects {
    /// The same with what is left of the time limit of a call that began at `started`.
    pub fn rest_of(&self, started: f64) -> Self {
        let limit_ms = if self.limit_ms > 0.0 {
            self.timer(started)
        } else {
            0.0
        };
        Self {
            limit_ms,
            ..self.clone()
        }
    }

    /// Calls `method` of the object named `name`, and answers the value of its reply.
    ///
    /// # Errors
    /// [`Error::Object`] when the object could not be reached, threw, or did not answer in time;
    /// [`Error::Refused`] when it refused the call.
    pub async fn call(
        &self,
        name: &JsString,
        method: &str,
        args: &[JsValue],
        retry: Retry,
    ) -> Result<JsValue, Error> {
        let started = now();
        let mut attempts = 0;
        loop {
            let reply = object_call(&self.handle, &self.placement, name, method, args.to_vec());
            attempts += 1;
            let cause = match wait(reply, self.timer(started)).await {
                Ok(reply) => return value_of(reply),
                Err(Failure::TimedOut) => return Err(timed_out()),
                Err(Failure::Threw(cause)) => cause,
            };
            match self.next(retry, &cause, attempts, started) {
                Some(pause) => self.rest(pause).await,
                None => return Err(failed(cause)),
            }
        }
    }

    /// Calls `method` of objects side by side, each with its own arguments; answers in their order. The time
    /// limit is that of all: an object that hangs until then takes nothing of the others' answers.
    pub async fn call_batch(
        &self,
        calls: &[(JsString, Vec<JsValue>)],
        method: &str,
        retry: Retry,
    ) -> Vec<Result<JsValue, Error>> {
        let started = now();
        let mut attempts = 0;
        let mut answers: Vec<Option<Result<JsValue, Error>>> = calls.iter().map(|_| None).collect();
        loop {
            let open = || {
                answers
                    .iter()
                    .zip(calls)
                    .filter(|(answer, _)| answer.is_none())
            };
            let replies: Array = open()
                .map(|(_, (name, args))| {
                    object_call(&self.handle, &self.placement, name, method, args.clone())
                })
                .collect();
            attempts += 1;
            let settled = settle_all(&replies, self.timer(started)).await;
            let mut longest: Option<f64> = None;
            let slots = answers.iter_mut().filter(|answer| answer.is_none());
            for (slot, outcome) in slots.zip(settled) {
                *slot = match outcome {
                    None => Some(Err(timed_out())),
                    Some(Ok(reply)) => Some(value_of(reply)),
                    Some(Err(cause)) => match self.next(retry, &cause, attempts, started) {
                        Some(pause) => {
                            longest = Some(longest.unwrap_or(0.0).max(pause));
                            None
                        }
                        None => Some(Err(failed(cause))),
                    },
                };
            }
            let Some(pause) = longest else {
                return answers.into_iter().flatten().collect();
            };
            self.rest(pause).await;
        }
    }

    fn next(&self, retry: Retry, cause: &JsValue, attempts: u32, started: f64) -> Option<f64> {
        let flags = Flags::from_bits(failure_flags(cause));
        let left_ms = if self.limit_ms > 0.0 {
            self.limit_ms - (now() - started)
        } else {
            f64::INFINITY
        };
        pause(retry, flags, attempts, left_ms, Math::random())
    }

    async fn rest(&self, pause: f64) {
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

fn timed_out() -> Error {
    ObjectReason::TimedOut.because(JsValue::UNDEFINED)
}

fn failed(cause: JsValue) -> Error {
    ObjectReason::of(Flags::from_bits(failure_flags(&cause))).because(cause)
}

fn value_of(reply: JsValue) -> Result<JsValue, Error> {
    if reply_ok(&reply) {
        Ok(reply_value(&reply))
    } else {
        Err(Error::Refused(refusal(&reply)))
    }
}
