//! The executor: one call, one task, stepped by the request that owns it.
//!
//! wasm-bindgen's own queue of futures is shared by all requests of an isolate, and waking another
//! request's future fails in workerd with "Cannot perform I/O on behalf of a different request". Here
//! nothing is shared: a call runs until it needs a promise, parks, and the JavaScript driver of that
//! call (`js/wasm/driver.ts`) awaits the promise and steps it on.
//!
//! So [`wait`] is all that a call may await. A call that awaits anything else would never go on: it fails at once,
//! by [`Stuck`].

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use thiserror::Error as ThisError;
use wasm_bindgen::prelude::*;

use super::driver::park;
use super::slab::Slab;
use crate::error::{Error, RoomError};

/// What a public call ends with.
pub type CallResult = Result<JsValue, Error>;

/// Why a promise gave no value.
#[derive(Debug)]
pub enum Failure {
    /// It rejected, or the function that should have made it threw.
    Threw(JsValue),
    /// Its time limit passed first.
    TimedOut,
}

/// A call awaited something that no driver steps on. It is a fault of this package, and costs that call alone: its
/// state is dropped, and no other call's is touched.
#[derive(Debug, ThisError)]
#[error(
    "A call of @codex/cloudflare-clients awaited something other than a promise of its own, and would never have ended"
)]
pub struct Stuck;

impl RoomError for Stuck {
    fn code(&self) -> &'static str {
        "panic"
    }
}

type Call = Pin<Box<dyn Future<Output = CallResult>>>;
type Outcome = Result<JsValue, Failure>;

struct Wait {
    promise: JsValue,
    limit_ms: f64,
}

thread_local! {
    static TASKS: RefCell<Slab<Call>> = RefCell::default();
    // Both are empty between calls: `poll` fills and empties the first, and empties the second that `step` has filled.
    static PARKED: RefCell<Option<Wait>> = const { RefCell::new(None) };
    static OUTCOME: RefCell<Option<Outcome>> = const { RefCell::new(None) };
}

/// The value of what waits for nothing, or undefined after `fail`.
pub fn finish(result: CallResult) -> JsValue {
    result.unwrap_or_else(|error| {
        error.tell();
        JsValue::UNDEFINED
    })
}

/// Runs `call` until it ends or waits. Returns its value, or undefined after `park` or `fail`.
pub fn run(call: impl Future<Output = CallResult> + 'static) -> JsValue {
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

/// How far a call came.
enum Progress {
    Ended(CallResult),
    Waits(Call, Wait),
}

fn poll(mut call: Call) -> Progress {
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let parked = PARKED.with_borrow_mut(Option::take);
    OUTCOME.with_borrow_mut(Option::take);
    match (polled, parked) {
        (Poll::Ready(result), _) => Progress::Ended(result),
        (Poll::Pending, Some(wait)) => Progress::Waits(call, wait),
        (Poll::Pending, None) => Progress::Ended(Err(Stuck.into())),
    }
}

// Tasks are out of the table while they run: a loader is the user's code and may call us again.
fn advance(call: Call) -> JsValue {
    match poll(call) {
        Progress::Ended(result) => finish(result),
        Progress::Waits(call, Wait { promise, limit_ms }) => {
            let task = TASKS.with_borrow_mut(|tasks| tasks.park(call));
            park(task, &promise, limit_ms);
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
        2 => Err(Failure::TimedOut),
        // The call is dropped: nobody knows what it should go on with.
        _ => return finish(Err(Error::UnknownOperation)),
    };
    OUTCOME.with_borrow_mut(|slot| *slot = Some(outcome));
    advance(call)
}

/// Frees the task of a call whose request was cancelled and will never be stepped again.
#[cfg(feature = "clients")]
#[wasm_bindgen(js_name = dropTask)]
pub fn drop_task(task: f64) {
    // Dropped when the table is no longer borrowed: what a call holds may be dropped at length.
    let call = TASKS.with_borrow_mut(|tasks| tasks.take(task));
    drop(call);
}

/// How many calls are parked.
#[cfg(feature = "clients")]
#[wasm_bindgen(js_name = liveTasks)]
pub fn live_tasks() -> usize {
    TASKS.with_borrow(Slab::live)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    fn call(call: impl Future<Output = CallResult> + 'static) -> Progress {
        poll(Box::pin(call))
    }

    fn settle(outcome: Outcome) {
        OUTCOME.with_borrow_mut(|slot| *slot = Some(outcome));
    }

    fn failed(progress: Progress) -> Option<Error> {
        match progress {
            Progress::Ended(result) => result.err(),
            Progress::Waits(..) => None,
        }
    }

    #[test]
    fn a_call_that_waits_for_nothing_ends_at_once() {
        let ended = call(async { Ok(JsValue::TRUE) });
        assert!(matches!(ended, Progress::Ended(Ok(_))));
    }

    #[test]
    fn a_call_parks_with_its_promise_and_goes_on_with_its_outcome() {
        let waits = call(async {
            match wait(JsValue::NULL, 5.0).await {
                Ok(value) => Ok(value),
                Err(_) => Err(Error::Conflict("it was rejected")),
            }
        });
        let Progress::Waits(call, wait) = waits else {
            panic!("it does not wait");
        };
        assert_eq!(wait.limit_ms, 5.0);
        settle(Err(Failure::TimedOut));
        let error = failed(poll(call));
        assert_eq!(error.map(|error| error.code()), Some("conflict"));
    }

    #[test]
    fn a_call_that_awaits_something_else_fails_and_is_not_parked() {
        let stuck = failed(call(pending()));
        let stuck = stuck.as_ref().and_then(Error::of_room::<Stuck>);
        assert!(stuck.is_some());
        assert!(TASKS.with_borrow(Slab::live) == 0);
    }

    #[test]
    fn nor_does_it_take_what_another_call_has_left() {
        // It ends although it has parked, as a `select` would.
        let mut parking = Box::pin(wait(JsValue::NULL, 0.0));
        let ended = call(async move {
            let _ = parking
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            Ok(JsValue::UNDEFINED)
        });
        assert!(matches!(ended, Progress::Ended(Ok(_))));
        settle(Ok(JsValue::NULL));
        assert!(matches!(
            call(async { Ok(JsValue::NULL) }),
            Progress::Ended(Ok(_))
        ));
        assert!(failed(call(pending())).is_some());
        assert!(OUTCOME.with_borrow(Option::is_none));
    }
}
