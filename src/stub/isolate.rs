//! The breakers of this isolate. As long as no object fails there are none, and a call asks for none.

use std::cell::RefCell;

use super::breaker::Breaker;
use super::failure::{ObjectFailure, ObjectReason};
use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::hash::fnv_1a;
use crate::host::clock::now;
use crate::host::namespace::ClientNamespace;
use crate::host::report::{Note, Report};

/// Of so many namespaces at most.
const MAX_BREAKERS: usize = 32;

thread_local! {
    // By the number of the namespace.
    static BREAKERS: RefCell<Vec<(u32, Breaker)>> = const { RefCell::new(Vec::new()) };
}

fn with_breaker<T>(namespace: &ClientNamespace, job: impl FnOnce(&mut Breaker) -> T) -> Option<T> {
    if BREAKERS.with_borrow(Vec::is_empty) {
        return None;
    }
    let id = namespace.breaker();
    BREAKERS.with_borrow_mut(|breakers| {
        let found = breakers.iter_mut().find(|(of, _)| *of == id);
        found.map(|(_, breaker)| job(breaker))
    })
}

/// Whether a call that has a fallback is made, or uses it at once.
pub fn admits(namespace: &ClientNamespace) -> bool {
    with_breaker(namespace, |breaker| breaker.admits(now())) != Some(false)
}

/// Takes how such a call has ended. Neither an object that is overloaded nor one whose own code threw says anything of
/// others: nobody opens the breaker by what they do to their own.
pub fn learn(
    namespace: &ClientNamespace,
    name: &JsString,
    result: &Result<JsValue, Error>,
    report: &Report,
) {
    let error = result.as_ref().err();
    let failure = error.and_then(Error::of_room::<ObjectFailure>);
    match failure.map(|failure| failure.reason) {
        None => {
            if with_breaker(namespace, Breaker::answered) == Some(true) {
                report.note(Note::CircuitClosed);
            }
        }
        Some(ObjectReason::TimedOut | ObjectReason::Unavailable) => {
            let id = namespace.breaker();
            if id != 0 && failed(id, fnv_1a(String::from(name).bytes()) as u32, now()) {
                report.note(Note::CircuitOpened);
            }
        }
        Some(_) => {}
    }
}

fn failed(id: u32, object: u32, now: f64) -> bool {
    BREAKERS.with_borrow_mut(|breakers| {
        if !breakers.iter().any(|(of, _)| *of == id) {
            if breakers.len() >= MAX_BREAKERS {
                breakers.remove(0);
            }
            breakers.push((id, Breaker::default()));
        }
        let found = breakers.iter_mut().find(|(of, _)| *of == id);
        found.is_some_and(|(_, breaker)| breaker.failed(object, now))
    })
}
