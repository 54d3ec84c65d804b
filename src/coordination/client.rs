//! `LockClient` and `CounterClient`: the object of a name, and waiting for a lock.

use js_sys::{JsString, Math};
use wasm_bindgen::prelude::*;

use super::counter::model as counter;
use super::error::CoordinationError;
use super::text::is_text;
use crate::error::Error;
use crate::host::clock::{now, sleep};
use crate::host::namespace::refusal;
use crate::host::report::Note;
use crate::host::task::{CallResult, wait};
use crate::host::values::numbers;
use crate::kv::{key, ttl};
use crate::protocol::call_time::CallTime;
use crate::stub::call::Namespace;

/// The first and the longest pause between two attempts to get a lock, in ms.
const PAUSES_MS: (f64, f64) = (50.0, 1_000.0);

/// What is asked of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Get a lock: `[fence, expiresAt]`, or null.
    Acquire,
    /// Give its holder another TTL: the same.
    Extend,
    /// Free it: whether it was the holder's until now.
    Release,
    /// Add to a counter: the value after that.
    Increment,
    /// Read it.
    Count,
    /// Set it to 0.
    Reset,
}

/// One call. Which of the fields mean something is a matter of the operation.
pub struct Call {
    /// What to do.
    pub operation: Operation,
    /// The name of the lock or counter.
    pub name: String,
    /// The holder of a lock, or the idempotency key of a counter's call.
    pub secret: String,
    /// The name of a release and its repetitions.
    pub call: String,
    /// A TTL in seconds, or what to add.
    pub number: f64,
    /// How long to wait for a lock, in ms.
    pub wait_ms: f64,
}

impl Operation {
    const fn method(self) -> &'static str {
        match self {
            Self::Acquire => "acquire",
            Self::Extend => "extend",
            Self::Release => "release",
            Self::Increment => "increment",
            Self::Count => "count",
            Self::Reset => "reset",
        }
    }

    const fn time(self) -> CallTime {
        match self {
            Self::Count => CallTime::Omitted,
            _ => CallTime::Sent,
        }
    }

    const fn is_of_lock(self) -> bool {
        matches!(self, Self::Acquire | Self::Extend | Self::Release)
    }
}

impl Call {
    // A lock and a counter of the same name are two objects.
    fn object(&self) -> Result<JsString, Error> {
        key::check_text(&self.name)?;
        let kind = if self.operation.is_of_lock() {
            "lock:"
        } else {
            "counter:"
        };
        Ok([kind, &self.name].concat().into())
    }

    fn args(&self) -> Result<Vec<JsValue>, Error> {
        let secret = || JsValue::from(self.secret.as_str());
        let number = JsValue::from(self.number);
        if self.operation != Operation::Count && !is_text(&self.secret) {
            return Err(if self.operation.is_of_lock() {
                CoordinationError::Holder.into()
            } else {
                CoordinationError::Key.into()
            });
        }
        Ok(match self.operation {
            Operation::Acquire | Operation::Extend => {
                ttl::check(self.number)?;
                vec![secret(), number]
            }
            Operation::Release => vec![secret(), self.call.as_str().into()],
            Operation::Increment => {
                counter::check_amount(self.number)?;
                vec![number, secret()]
            }
            Operation::Count => Vec::new(),
            Operation::Reset => vec![secret()],
        })
    }

    /// Makes the call. It may be made again after an unknown outcome: objects know it by its secret.
    ///
    /// # Errors
    /// An invalid argument, or the object failed or refused.
    pub async fn make(&self, objects: &Namespace) -> CallResult {
        let (object, args) = (self.object()?, self.args()?);
        let started = now();
        let mut waited = 0.0_f64;
        let mut pause = PAUSES_MS.0;
        loop {
            let method = self.operation.method();
            let reply = objects
                .call(&object, method, &args, self.operation.time())
                .await?;
            let Some(busy_ms) = self.busy(&reply)? else {
                if self.operation == Operation::Release && reply.is_falsy() {
                    objects.report.note(Note::LockLost);
                }
                return Ok(if self.operation == Operation::Reset {
                    JsValue::UNDEFINED
                } else {
                    reply
                });
            };
            // By the clock and by our own pauses: in a test the clock may stand still.
            let left = self.wait_ms - waited.max(now() - started);
            if left <= 0.0 {
                return Ok(JsValue::NULL);
            }
            // Not all at the same moment, neither after each other's attempts nor at the end of the lock.
            let jitter = 0.5 + 0.5 * Math::random();
            let next = (pause * jitter).min(busy_ms + PAUSES_MS.0 * Math::random());
            // Not `clamp`: its assertion formats floats, which adds 20 KB to the module.
            let next = next.min(left).max(1.0);
            // A timer of ours: it does not reject.
            let _ = wait(sleep(next).into(), 0.0).await;
            waited += next;
            pause = (pause * 2.0).min(PAUSES_MS.1);
        }
    }

    // For how many ms at most a lock is somebody else's; none when the reply is the result.
    fn busy(&self, reply: &JsValue) -> Result<Option<f64>, Error> {
        let fits = match self.operation {
            Operation::Acquire | Operation::Extend => {
                match (numbers(reply).as_deref(), self.operation) {
                    (Some([ms]), Operation::Acquire) => return Ok(Some(*ms)),
                    (Some([_fence, _expires_at]), _) => true,
                    _ => self.operation == Operation::Extend && reply.is_null(),
                }
            }
            Operation::Release => reply.as_bool().is_some(),
            Operation::Increment | Operation::Count => reply.as_f64().is_some(),
            Operation::Reset => true,
        };
        if fits {
            Ok(None)
        } else {
            Err(Error::Refused(refusal(&JsValue::UNDEFINED)))
        }
    }
}
