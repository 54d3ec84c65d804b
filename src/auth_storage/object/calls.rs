//! What can be done with what an object holds, each call once.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::state::{Held, Text};
use crate::auth_storage::counter::{self, Counter, Rule, Verdict};
use crate::auth_storage::error::AuthStorageError;
use crate::auth_storage::model::{self, Operation};
use crate::error::Error;
use crate::host::task::CallResult;
use crate::object::body::Body;
use crate::object::call::{Answer, Key};
use crate::object::places::text_key;

/// One object.
pub type Object = Body<Held>;

// How many long texts that were taken are remembered.
const MAX_TAKEN: usize = 8;

/// A call that is to be applied once.
pub struct Once {
    /// Which mutation it is.
    pub operation: Operation,
    /// Its idempotency key.
    pub key: String,
    /// When it was made, as its caller knows the object's clock; older clients do not say.
    pub sent: Option<f64>,
}

/// What a call does.
enum Done {
    /// It is remembered, with what it returns.
    Changed(Answer),
    /// Nothing, and nothing is remembered of it.
    Nothing(JsValue),
}

/// The value, or null.
///
/// # Errors
/// The storage failed; so of all below.
pub fn get(object: &Object) -> CallResult {
    let live = object.state.live(object.now);
    live.map_or(Ok(JsValue::NULL), |text| text.value(&object.storage))
}

/// Sets the value until `ttl` seconds from now, or without an end.
///
/// # Errors
/// A TTL out of range.
pub fn set(object: &mut Object, once: &Once, value: &JsString, ttl: Option<f64>) -> CallResult {
    let expires_at = ttl.map(|ttl| model::expiry(ttl, object.now)).transpose()?;
    apply(object, once, &mut |object| {
        object.state.put(&object.storage, value, expires_at)?;
        Ok(Done::Changed(Answer::Nothing))
    })
}

/// Deletes the value; a missing one is not an error.
pub fn delete(object: &mut Object, once: &Once) -> CallResult {
    apply(object, once, &mut |object| {
        // Also where nothing was: a copy that comes late must not delete what was set since.
        if object.state.live(object.now).is_none() && once.sent.is_none() {
            return Ok(Done::Nothing(JsValue::NULL));
        }
        object.state.clear(&object.storage)?;
        Ok(Done::Changed(Answer::Nothing))
    })
}

/// The value, which is deleted; null for all but the first.
pub fn take(object: &mut Object, once: &Once) -> CallResult {
    apply(object, once, &mut |object| {
        if object.state.live(object.now).is_none() {
            if once.sent.is_none() {
                return Ok(Done::Nothing(JsValue::NULL));
            }
            object.state.clear(&object.storage)?;
        }
        let taken = object.state.take().map_or(Answer::Nothing, Text::answer);
        if matches!(taken, Answer::Stored(_)) {
            for place in object.calls.forget_texts(MAX_TAKEN - 1) {
                object.storage.delete(&text_key(place))?;
            }
        }
        Ok(Done::Changed(taken))
    })
}

/// Counts one and returns the count. A new counter ends after `ttl` seconds.
///
/// # Errors
/// A TTL out of range, or a value that is not a count.
pub fn increment(object: &mut Object, once: &Once, ttl: f64) -> CallResult {
    apply(object, once, &mut |object| {
        let next = counter::increment(counter_of(object)?, ttl, object.now)?;
        count(object, next)?;
        Ok(Done::Changed(Answer::Number(next.count as f64)))
    })
}

/// Counts one request where the rule admits it. Returns 0 for an admitted one, else the seconds
/// to wait; a refused one writes nothing.
///
/// # Errors
/// What is no rule, or a value that is not a count.
pub fn consume(object: &mut Object, once: &Once, rule: Rule) -> CallResult {
    apply(
        object,
        once,
        &mut |object| match counter::consume(counter_of(object)?, rule, object.now)? {
            Verdict::Allowed(next) => {
                count(object, next)?;
                Ok(Done::Changed(Answer::Number(0.0)))
            }
            Verdict::Refused(seconds) => Ok(Done::Nothing(seconds.into())),
        },
    )
}

fn counter_of(object: &Object) -> Result<Option<Counter>, Error> {
    let Some(text) = object.state.live(object.now) else {
        return Ok(None);
    };
    let Text::Inside(text) = text else {
        return Err(AuthStorageError::NotCounter.into());
    };
    Ok(Some(Counter {
        count: counter::count_of(text)?,
        expires_at: object.state.expires_at,
    }))
}

fn count(object: &mut Object, next: Counter) -> Result<(), Error> {
    let text = JsString::from(next.count.to_string());
    object.state.put(&object.storage, &text, next.expires_at)
}

// A call that was applied before returns what it returned then.
fn apply(
    object: &mut Object,
    once: &Once,
    job: &mut dyn FnMut(&mut Object) -> Result<Done, Error>,
) -> CallResult {
    let (key, note) = (Key::of(&once.key), once.operation as u32);
    if let Some(known) = object.calls.find(&key, object.now)? {
        if known.note != note {
            return Err(AuthStorageError::KeyReused.into());
        }
        return returned(object, &known.answer);
    }
    let answer = match job(object)? {
        Done::Nothing(value) => return Ok(value),
        Done::Changed(answer) => answer,
    };
    let value = returned(object, &answer)?;
    let expires_at = object.state.live(object.now).and(object.state.expires_at);
    let until = model::remember_until(&once.key, once.operation, expires_at, once.sent, object.now);
    object.remember(key, until, note, answer);
    Ok(value)
}

fn returned(object: &Object, answer: &Answer) -> CallResult {
    Ok(match answer {
        Answer::Nothing => JsValue::NULL,
        Answer::Number(number) => (*number).into(),
        Answer::Text(text) => text.as_str().into(),
        Answer::Stored(place) => Text::Stored(*place).value(&object.storage)?,
    })
}
