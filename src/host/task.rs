//! The executor: one call, one task, stepped by the request that owns it.
//!
//! wasm-bindgen's own queue of futures is shared by all requests of an isolate, and waking another
//! request's future fails in workerd with "Cannot perform I/O on behalf of a different request". Here
//! nothing is shared: a call runs until it needs a promise, parks, and the JavaScript driver of that
//! call (`js/runtime.ts`) awaits the promise and steps it on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;

use super::{fail, park};
use crate::error::Error;

/// What a public call ends with.
pub type Answer = Result<JsValue, Error>;

/// Why a promise gave no value.
#[derive(Debug)]
pub enum Failure {
    /// It rejected, or the function that should have made it threw.
    Threw(JsValue),
    /// Its time limit passed first.
    TimedOut,
}

type Call = Pin<Box<dyn Future<Output = Answer>>>;
type Outcome = Result<JsValue, Failure>;

struct Wait {
    promise: JsValue,
    limit_ms: f64,
}

thread_local! {
    // Numbers are never used twice, so a late `drop_task` cannot hit another call's task.
    static NEXT: Cell<u32> = const { Cell::new(1) };
    static TASKS: RefCell<BTreeMap<u32, Call>> = const { RefCell::new(BTreeMap::new()) };
    // Both are empty between calls: `poll` fills the first, `step` the second.
    static PARKED: RefCell<Option<Wait>> = const { RefCell::new(None) };
    static OUTCOME: RefCell<Option<Outcome>> = const { RefCell::new(None) };
}

/// Runs `call` until it ends or waits. Answers its value, or undefined after `park` or `fail`.
pub fn run(call: impl Future<Output = Answer> + 'static) -> JsValue {
    advance(None, Box::pin(call))
}

/// Waits for a promise (or a plain value); `limit_ms` 0 means without a time limit.
///
/// # Errors
/// [`Failure`] when it rejected or the time limit passed.
pub async fn wait(promise: JsValue, limit_ms: f64) -> Outcome {
    Parking(Some(Wait { promise, limit_ms })).await
}

struct Parking(Option<Wait>);

impl Future for Parking {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        if let Some(wait) = self.0.take() {
            PARKED.with_borrow_mut(|parked| *parked = Some(wait));
            return Poll::Pending;
        }
        OUTCOME
            .with_borrow_mut(Option::take)
            .map_or(Poll::Pending, Poll::Ready)
    }
}

// Tasks are out of the map while they run: a loader is the user's code and may call us again.
fn advance(task: Option<u32>, mut call: Call) -> JsValue {
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => value,
        Poll::Ready(Err(error)) => {
            let (error, verbatim) = error.into_js();
            fail(&error, verbatim);
            JsValue::UNDEFINED
        }
        Poll::Pending => {
            let task = task.unwrap_or_else(|| NEXT.replace(NEXT.get().wrapping_add(1)));
            TASKS.with_borrow_mut(|tasks| tasks.insert(task, call));
            if let Some(Wait { promise, limit_ms }) = PARKED.with_borrow_mut(Option::take) {
                park(task, &promise, limit_ms);
            }
            JsValue::UNDEFINED
        }
    }
}

/// Goes on with a parked task. `outcome`: 0 rejected with `value`, 1 resolved to it, 2 timed out.
#[wasm_bindgen]
pub fn step(task: u32, outcome: u8, value: JsValue) -> JsValue {
    let Some(call) = TASKS.with_borrow_mut(|tasks| tasks.remove(&task)) else {
        return JsValue::UNDEFINED;
    };
    let outcome = match outcome {
        0 => Err(Failure::Threw(value)),
        1 => Ok(value),
        _ => Err(Failure::TimedOut),
    };
    OUTCOME.with_borrow_mut(|slot| *slot = Some(outcome));
    advance(Some(task), call)
}

/// Frees the task of a call whose request was cancelled and will never be stepped again.
#[wasm_bindgen(js_name = dropTask)]
pub fn drop_task(task: u32) {
    let call = TASKS.with_borrow_mut(|tasks| tasks.remove(&task));
    drop(call);
}

/// How many calls are parked.
#[wasm_bindgen(js_name = liveTasks)]
pub fn live_tasks() -> usize {
    TASKS.with_borrow(BTreeMap::len)
}
