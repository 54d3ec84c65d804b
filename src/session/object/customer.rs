//! A customer's object: the index of its sessions (a superset, never the truth), and when what was
//! cached for it was revoked.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::model;
use super::state::{Held, Kind, Object};
use crate::error::Error;
use crate::session::policy;

#[wasm_bindgen]
extern "C" {
    // `{ at, revokedAt, tokens, moments }`.
    #[wasm_bindgen(js_namespace = host, js_name = revocations)]
    fn revocations_of(at: f64, revoked_at: f64, tokens: &Array, moments: &Array) -> JsValue;
    // `{ at, tick, ids, ticks }`.
    #[wasm_bindgen(js_namespace = host, js_name = sessionIndex)]
    fn session_index(at: f64, timestamp: f64, ids: &Array, timestamps: &Array) -> JsValue;
}

const fn row(kind: Kind, name: String, timestamp: f64, until: f64) -> Held {
    Held {
        kind,
        name,
        timestamp,
        until,
        ended: false,
    }
}

// The next timestamp. The clock is remembered for as long as what has its timestamps may be somewhere.
fn next_timestamp(object: &mut Object, remember_ms: f64) -> f64 {
    let clock = object.one(Kind::Clock, "");
    let timestamp = model::next_timestamp(object.now, clock.map(|clock| clock.timestamp));
    let until = clock.map_or(0.0, |clock| clock.until);
    let until = until.max(object.now + remember_ms);
    object.put(row(Kind::Clock, String::new(), timestamp, until));
    timestamp
}

/// Enters a session that is about to be put, and returns its timestamp.
///
/// # Errors
/// [`Error::LimitExceeded`] when the index is full.
pub fn add(object: &mut Object, id: String, ttl_ms: f64) -> Result<f64, Error> {
    if object.others(Kind::Entry, &id) >= policy::MAX_ENTRIES {
        return Err(Error::LimitExceeded(
            "A customer can have 900 sessions. list() forgets those that were deleted, revokeAll() ends them all",
        ));
    }
    let held = object
        .one(Kind::Entry, &id)
        .map_or(0.0, |entry| entry.until);
    let timestamp = next_timestamp(object, policy::SETTLED_MS);
    // The record's life begins with the `put`, at most 30 s from now on another object's clock. If that
    // never comes, the record that is there lives on, and may live longer.
    let until = held.max(object.now + ttl_ms + policy::SETTLED_MS);
    object.put(row(Kind::Entry, id, timestamp, until));
    Ok(timestamp)
}

fn index_at(object: &Object, timestamp: f64) -> JsValue {
    let (ids, timestamps) = pairs(object, Kind::Entry);
    session_index(object.now, timestamp, &ids, &timestamps)
}

// The names of all rows of a kind, and their timestamps.
fn pairs(object: &Object, kind: Kind) -> (Array, Array) {
    let (names, timestamps) = (Array::new(), Array::new());
    for row in object.all(kind) {
        names.push(&row.name.as_str().into());
        timestamps.push(&row.timestamp.into());
    }
    (names, timestamps)
}

/// The entries, oldest first, and the object's clock: `{ at, ids, ticks }`.
pub fn index(object: &Object) -> JsValue {
    index_at(object, 0.0)
}

/// Drops entries, each if it has not been made anew since `ticks`. With `settled_only` those that a
/// `put` may be under way for stay.
pub fn forget(object: &mut Object, ids: &Array, timestamps: &Array, settled_only: bool) {
    for (id, timestamp) in ids.iter().zip(timestamps.iter()) {
        let (Some(id), Some(timestamp)) = (id.as_string(), timestamp.as_f64()) else {
            continue;
        };
        if !settled_only || policy::is_settled(object.now, timestamp) {
            object.drop(Kind::Entry, &id, timestamp);
        }
    }
}

fn revoke_cached(object: &mut Object, timestamp: f64) {
    let until = object.now + policy::REMEMBERED_MS;
    object.put(row(Kind::Revoked, String::new(), timestamp, until));
    object.clear(Kind::Token);
}

/// Revokes what was cached for the user until now, and returns the timestamp of that, with the entries of
/// its sessions if they are to be revoked too.
pub fn revoke(object: &mut Object, with_index: bool) -> JsValue {
    let timestamp = next_timestamp(object, policy::REMEMBERED_MS);
    revoke_cached(object, timestamp);
    if with_index {
        index_at(object, timestamp)
    } else {
        let none = Array::new();
        session_index(object.now, timestamp, &none, &none)
    }
}

/// Revokes one token that was cached for the user.
pub fn revoke_token(object: &mut Object, hash: String, until: f64) -> JsValue {
    let timestamp = next_timestamp(object, policy::REMEMBERED_MS);
    if object.others(Kind::Token, &hash) >= model::MAX_TOKENS {
        revoke_cached(object, timestamp);
    } else {
        let until = until.min(object.now + policy::REMEMBERED_MS);
        object.put(row(Kind::Token, hash, timestamp, until));
    }
    revocations_at(object, timestamp)
}

fn revocations_at(object: &Object, at: f64) -> JsValue {
    let revoked = object.one(Kind::Revoked, "");
    let (tokens, moments) = pairs(object, Kind::Token);
    let revoked_at = revoked.map_or(0.0, |revoked| revoked.timestamp);
    revocations_of(at, revoked_at, &tokens, &moments)
}

/// What is revoked. Writes nothing.
pub fn revocations(object: &Object) -> JsValue {
    revocations_at(object, object.now)
}

/// What is revoked, at a timestamp: whatever is revoked from now on has a larger one.
pub fn begin_fill(object: &mut Object) -> JsValue {
    let timestamp = next_timestamp(object, policy::REMEMBERED_MS);
    revocations_at(object, timestamp)
}
