//! `LockClient.acquire`: asks for a lock until it is the caller's, or the caller has waited for long enough. The other
//! methods of locks and counters are one call on one object.

use js_sys::{JsString, Math};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::host::clock::{now, sleep};
use crate::host::task::{CallResult, wait};
use crate::host::values::numbers;
use crate::protocol::call_time::CallTime;
use crate::protocol::name::{LOCK, check_name};
use crate::stub::call::Namespace;
use crate::stub::refusal::Refusal;

/// The first and the longest pause between two attempts to get a lock, in ms. Shorter than the object keeps the place of
/// who waits (`js/coordination/waiters.ts`).
const PAUSES_MS: (f64, f64) = (50.0, 1_000.0);

/// The longest pause of who is next, in ms; so much more for each who is before.
const NEXT_MS: f64 = 200.0;

#[wasm_bindgen]
extern "C" {
    /// Whether the caller has given up meanwhile.
    pub type Stop;
    #[wasm_bindgen(method, getter, structural)]
    fn aborted(this: &Stop) -> bool;
}

/// What is asked for.
pub struct Acquire {
    /// The name of the lock.
    pub name: String,
    /// The secret of who wants it, by which the object knows a call that is made again.
    pub holder: String,
    /// Seconds; JavaScript has checked them, and the object does.
    pub ttl_seconds: f64,
    /// How long to wait at most, in ms.
    pub wait_ms: f64,
    /// Ends the wait.
    pub stop: Stop,
}

/// What an object said.
enum Reply {
    Held,
    /// Somebody else holds it for so many ms at most, and so many wait before the caller; nothing from an object that
    /// keeps no order.
    Busy(f64, Option<f64>),
}

impl Acquire {
    /// Gets the lock: `[fence, expiresAt]`, or null when it was somebody else's for all of the time, or the caller has
    /// given up.
    ///
    /// # Errors
    /// An invalid argument, or the object failed or refused.
    pub async fn make(&self, objects: &Namespace) -> CallResult {
        check_name(&self.name, LOCK)?;
        let object = JsString::from(["lock:", &self.name].concat());
        let mut waiting = Waiting::begin(self.wait_ms);
        loop {
            let waits = waiting.left() > 0.0;
            let args = [
                self.holder.as_str().into(),
                self.ttl_seconds.into(),
                waits.into(),
            ];
            let reply = objects
                .call(&object, "acquire", &args, CallTime::SentBeforeLast)
                .await?;
            let Reply::Busy(busy_ms, ahead) = read(&reply)? else {
                return Ok(reply);
            };
            let Some(pause) = waiting.next(busy_ms, ahead) else {
                return Ok(JsValue::NULL);
            };
            // A timer of ours: it does not reject.
            let _ = wait(sleep(pause).into(), 0.0).await;
            if self.stop.aborted() {
                return Ok(JsValue::NULL);
            }
        }
    }
}

fn read(reply: &JsValue) -> Result<Reply, Error> {
    match numbers(reply).as_deref() {
        Some([_fence, _expires_at]) => Ok(Reply::Held),
        Some([busy_ms]) => Ok(Reply::Busy(*busy_ms, None)),
        Some([busy_ms, ahead, _kept_ms]) => Ok(Reply::Busy(*busy_ms, Some(*ahead))),
        _ => Err(Refusal::of_other_class()),
    }
}

struct Waiting {
    wait_ms: f64,
    started: f64,
    // By our own pauses: in a test the clock may stand still.
    paused_ms: f64,
    pause_ms: f64,
}

impl Waiting {
    fn begin(wait_ms: f64) -> Self {
        Self {
            wait_ms,
            started: now(),
            paused_ms: 0.0,
            pause_ms: PAUSES_MS.0,
        }
    }

    fn left(&self) -> f64 {
        self.wait_ms - self.paused_ms.max(now() - self.started)
    }

    // How long to pause before the next attempt; nothing when the time is over.
    fn next(&mut self, busy_ms: f64, ahead: Option<f64>) -> Option<f64> {
        let left = self.left();
        if left <= 0.0 {
            return None;
        }
        // Not all at the same moment, neither after each other's attempts nor at the end of the lock.
        let jitter = 0.5 + 0.5 * Math::random();
        let most = ahead.map_or(PAUSES_MS.1, |ahead| NEXT_MS * (ahead + 1.0));
        let mut pause = self.pause_ms.min(most) * jitter;
        // At the end of the lock it is the turn of who is next.
        if ahead.unwrap_or(0.0) == 0.0 {
            pause = pause.min(busy_ms + PAUSES_MS.0 * Math::random());
        }
        // Not `clamp`: its assertion formats floats, which adds 20 KB to the module.
        let pause = pause.min(left).max(1.0);
        self.paused_ms += pause;
        self.pause_ms = (self.pause_ms * 2.0).min(PAUSES_MS.1);
        Some(pause)
    }
}
