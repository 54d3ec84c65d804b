//! The executor: one call, one task, stepped by the request that owns it.
//!
//! wasm-bindgen's own queue of futures is shared by all requests of an isolate, and waking another
//! request's future fails in workerd with "Cannot perform I/O on behalf of a different request". Here
//! nothing is shared: a call runs until it needs a promise, parks, and the JavaScript driver of that
//! call (`js/runtime.ts`) awaits the promise and steps it on.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;

use super::park;
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

/// Parked calls. A place is used again, its turn is not: a late `drop_task` hits nobody else's task.
#[derive(Default)]
struct Tasks {
    places: Vec<Place>,
    free: Vec<usize>,
    live: usize,
}

#[derive(Default)]
struct Place {
    turn: u32,
    call: Option<Call>,
}

/// A task's name on JavaScript's side: `turn * MAX_PLACES + place`, exact in a number.
const MAX_PLACES: u64 = 1 << 24;
const MAX_TURNS: u32 = 1 << 28;

impl Tasks {
    fn park(&mut self, call: Call) -> f64 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place::default());
            self.places.len() - 1
        });
        self.live += 1;
        let Some(found) = self.places.get_mut(place) else {
            return 0.0;
        };
        found.turn = found.turn % MAX_TURNS + 1;
        found.call = Some(call);
        (u64::from(found.turn) * MAX_PLACES + place as u64) as f64
    }

    fn take(&mut self, task: f64) -> Option<Call> {
        let (turn, place) = (
            task as u64 / MAX_PLACES,
            (task as u64 % MAX_PLACES) as usize,
        );
        let found = self
            .places
            .get_mut(place)
            .filter(|found| u64::from(found.turn) == turn)?;
        let call = found.call.take()?;
        self.free.push(place);
        self.live -= 1;
        Some(call)
    }
}

thread_local! {
    static TASKS: RefCell<Tasks> = RefCell::default();
    // Both are empty between calls: `poll` fills the first, `step` the second.
    static PARKED: RefCell<Option<Wait>> = const { RefCell::new(None) };
    static OUTCOME: RefCell<Option<Outcome>> = const { RefCell::new(None) };
}

/// The answer of something that waits for nothing: its value, or undefined after `fail`.
pub fn answer(answer: Answer) -> JsValue {
    answer.unwrap_or_else(|error| {
        error.tell();
        JsValue::UNDEFINED
    })
}

/// Runs `call` until it ends or waits. Answers its value, or undefined after `park` or `fail`.
pub fn run(call: impl Future<Output = Answer> + 'static) -> JsValue {
    advance(Box::pin(call))
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

// Tasks are out of the table while they run: a loader is the user's code and may call us again.
fn advance(mut call: Call) -> JsValue {
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => answer(result),
        Poll::Pending => {
            let task = TASKS.with_borrow_mut(|tasks| tasks.park(call));
            if let Some(Wait { promise, limit_ms }) = PARKED.with_borrow_mut(Option::take) {
                park(task, &promise, limit_ms);
            }
            JsValue::UNDEFINED
        }
    }
}

/// Goes on with a parked task. `outcome`: 0 rejected with `value`, 1 resolved to it, 2 timed out.
#[cfg(feature = "clients")]
#[wasm_bindgen]
pub fn step(task: f64, outcome: u8, value: JsValue) -> JsValue {
    let Some(call) = TASKS.with_borrow_mut(|tasks| tasks.take(task)) else {
        return JsValue::UNDEFINED;
    };
    let outcome = match outcome {
        0 => Err(Failure::Threw(value)),
        1 => Ok(value),
        _ => Err(Failure::TimedOut),
    };
    OUTCOME.with_borrow_mut(|slot| *slot = Some(outcome));
    advance(call)
}

/// Frees the task of a call whose request was cancelled and will never be stepped again.
#[cfg(feature = "clients")]
#[wasm_bindgen(js_name = dropTask)]
pub fn drop_task(task: f64) {
    let call = TASKS.with_borrow_mut(|tasks| tasks.take(task));
    drop(call);
}

/// How many calls are parked.
#[cfg(feature = "clients")]
#[wasm_bindgen(js_name = liveTasks)]
pub fn live_tasks() -> usize {
    TASKS.with_borrow(|tasks| tasks.live)
}
