//! `LockClient` and `CounterClient`: the object of a name, and waiting for a lock.

use js_sys::{Array, JsString, Math};
use wasm_bindgen::prelude::*;

use super::{CoordinationError, counter, is_text};
use crate::error::Error;
use crate::host::object_handle::refusal;
use crate::host::report::Note;
use crate::host::task::{Answer, wait};
use crate::host::{now, sleep};
use crate::kv::{key, ttl};
use crate::object::call::Objects;
use crate::object::model::Retry;

/// The shortest and the longest pause between two attempts to get a lock, in ms.
const PAUSES_MS: (f64, f64) = (50.0, 1_000.0);

/// Locks or counters behind one namespace, for the length of a call.
pub struct CoordinationClient {
    /// The namespace.
    pub objects: Objects,
}

/// Which object a name has: a lock and a counter of the same name are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A lock.
    Lock,
    /// A counter.
    Counter,
}

impl Kind {
    fn object_of(self, name: &str) -> Result<JsString, Error> {
        key::check_text(name)?;
        let kind = match self {
            Self::Lock => "lock:",
            Self::Counter => "counter:",
        };
        Ok([kind, name].concat().into())
    }
}

impl CoordinationClient {
    /// Gets a lock, waiting for `wait_ms` at most: `[fence, expiresAt]`, or null.
    ///
    /// # Errors
    /// An invalid name or TTL, or the object failed.
    pub async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl_seconds: f64,
        wait_ms: f64,
    ) -> Answer {
        let object = Kind::Lock.object_of(name)?;
        ttl::check(ttl_seconds)?;
        let started = now();
        let mut waited = 0.0_f64;
        let mut pause = PAUSES_MS.0;
        loop {
            let args = [holder.into(), ttl_seconds.into()];
            let reply = self.call(&object, "acquire", &args).await?;
            let Some(busy_ms) = busy(&reply)? else {
                return Ok(reply);
            };
            // By the clock and by our own pauses: in a test the clock may stand still.
            let left = wait_ms - waited.max(now() - started);
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

    /// Gives the holder another TTL: `[fence, expiresAt]`, or null when the lock was lost.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub async fn extend(&self, name: &str, holder: &str, ttl_seconds: f64) -> Answer {
        let object = Kind::Lock.object_of(name)?;
        ttl::check(ttl_seconds)?;
        check_holder(holder)?;
        let reply = self
            .call(&object, "extend", &[holder.into(), ttl_seconds.into()])
            .await?;
        if reply.is_null() || busy(&reply)?.is_none() {
            return Ok(reply);
        }
        Err(Error::Refused(refusal(&JsValue::UNDEFINED)))
    }

    /// Frees the lock: whether it was the holder's until now. `call` names this call and its repetitions.
    ///
    /// # Errors
    /// An invalid lock, or the object failed.
    pub async fn release(&self, name: &str, holder: &str, call: &str) -> Answer {
        let object = Kind::Lock.object_of(name)?;
        check_holder(holder)?;
        let reply = self
            .call(&object, "release", &[holder.into(), call.into()])
            .await?;
        let released = reply
            .as_bool()
            .ok_or_else(|| Error::Refused(refusal(&JsValue::UNDEFINED)))?;
        if !released {
            self.objects.report.note(Note::LockLost);
        }
        Ok(released.into())
    }

    /// Adds to a counter, once for each key: the value after that.
    ///
    /// # Errors
    /// An invalid name, amount or key, a sum that is no safe integer, or the object failed.
    pub async fn increment(&self, name: &str, by: f64, key: &str) -> Answer {
        let object = Kind::Counter.object_of(name)?;
        let by = counter::check_amount(by)?;
        if !is_text(key) {
            return Err(CoordinationError::Key.into());
        }
        let args = [by.into(), key.into()];
        number(self.call(&object, "increment", &args).await?)
    }

    /// The value of a counter.
    ///
    /// # Errors
    /// An invalid name, or the object failed.
    pub async fn count(&self, name: &str) -> Answer {
        let object = Kind::Counter.object_of(name)?;
        number(self.call(&object, "count", &[]).await?)
    }

    /// Sets a counter to 0.
    ///
    /// # Errors
    /// An invalid name, or the object failed.
    pub async fn reset(&self, name: &str, key: &str) -> Answer {
        let object = Kind::Counter.object_of(name)?;
        self.call(&object, "reset", &[key.into()]).await?;
        Ok(JsValue::UNDEFINED)
    }

    // All of them are safe to repeat: by holder, by call, or by key.
    async fn call(
        &self,
        object: &JsString,
        method: &'static str,
        args: &[JsValue],
    ) -> Result<JsValue, Error> {
        self.objects
            .call(object, method, args, Retry::Idempotent)
            .await
    }
}

fn check_holder(holder: &str) -> Result<(), Error> {
    if is_text(holder) {
        Ok(())
    } else {
        Err(CoordinationError::Holder.into())
    }
}

// For how long the lock is somebody else's at most; none when it is ours.
fn busy(reply: &JsValue) -> Result<Option<f64>, Error> {
    let numbers: Option<Vec<f64>> = Array::is_array(reply)
        .then(|| reply.unchecked_ref::<Array>().iter())
        .and_then(|values| values.map(|value| value.as_f64()).collect());
    match numbers.as_deref() {
        Some([_fence, _expires_at]) => Ok(None),
        Some([ms]) => Ok(Some(*ms)),
        _ => Err(Error::Refused(refusal(&JsValue::UNDEFINED))),
    }
}

fn number(reply: JsValue) -> Answer {
    if reply.as_f64().is_some() {
        Ok(reply)
    } else {
        Err(Error::Refused(refusal(&JsValue::UNDEFINED)))
    }
}
