//! A customer's object: the index of its sessions (a superset, never the truth), and when what was
//! cached for it was revoked.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::model;
use super::sqlite::{Held, Kind, Rows};
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

fn only(timestamp: f64, until: f64) -> Held {
    Held {
        name: JsString::from(""),
        timestamp,
        until,
        body: None,
    }
}

// The next timestamp. The clock is remembered for as long as what has its timestamps may be somewhere.
fn next_timestamp(rows: &Rows, remember_ms: f64) -> Result<f64, Error> {
    let clock = rows.one(Kind::Clock, &JsString::from(""))?;
    let timestamp = model::next_timestamp(rows.now, clock.as_ref().map(|clock| clock.timestamp));
    let until = clock.map_or(0.0, |clock| clock.until);
    rows.put(
        Kind::Clock,
        &only(timestamp, until.max(rows.now + remember_ms)),
    )?;
    Ok(timestamp)
}

/// Enters a session that is about to be put, and returns its timestamp.
///
/// # Errors
/// [`Error::LimitExceeded`] when the index is full; the storage failed, so of all below.
pub fn add(rows: &Rows, id: &JsString, ttl_ms: f64) -> Result<f64, Error> {
    if rows.others(Kind::Entry, id)? >= policy::MAX_ENTRIES {
        return Err(Error::LimitExceeded(
            "a customer can have 900 sessions. list() forgets those that were deleted, revokeAll() ends them all",
        ));
    }
    let held = rows.one(Kind::Entry, id)?.map_or(0.0, |entry| entry.until);
    let timestamp = next_timestamp(rows, policy::SETTLED_MS)?;
    let entry = Held {
        name: id.clone(),
        timestamp,
        // The record's life begins with the `put`, at most 30 s from now on another object's clock. If that
        // never comes, the record that is there lives on, and may live longer.
        until: held.max(rows.now + ttl_ms + policy::SETTLED_MS),
        body: None,
    };
    rows.put(Kind::Entry, &entry)?;
    rows.settle()?;
    Ok(timestamp)
}

fn index_at(rows: &Rows, timestamp: f64) -> Result<JsValue, Error> {
    let (ids, timestamps) = (Array::new(), Array::new());
    for entry in rows.all(Kind::Entry)? {
        ids.push(&entry.name);
        timestamps.push(&entry.timestamp.into());
    }
    Ok(session_index(rows.now, timestamp, &ids, &timestamps))
}

/// The entries, oldest first, and the object's clock: `{ at, ids, ticks }`.
///
/// # Errors
/// The storage failed.
pub fn index(rows: &Rows) -> Result<JsValue, Error> {
    index_at(rows, 0.0)
}

/// Drops entries, each if it has not been made anew since `ticks`. With `settled_only` those that a
/// `put` may be under way for stay.
///
/// # Errors
/// The storage failed.
pub fn forget(
    rows: &Rows,
    ids: &Array,
    timestamps: &Array,
    settled_only: bool,
) -> Result<(), Error> {
    for (id, timestamp) in ids.iter().zip(timestamps.iter()) {
        let (Ok(id), Some(timestamp)) = (id.dyn_into(), timestamp.as_f64()) else {
            continue;
        };
        if !settled_only || policy::is_settled(rows.now, timestamp) {
            rows.drop(Kind::Entry, &id, timestamp)?;
        }
    }
    rows.settle()?;
    Ok(())
}

fn revoke_cached(rows: &Rows, timestamp: f64) -> Result<(), Error> {
    rows.put(
        Kind::Revoked,
        &only(timestamp, rows.now + policy::REMEMBERED_MS),
    )?;
    rows.clear(Kind::Token)
}

/// Revokes what was cached for the user until now, and returns the timestamp of that, with the entries of
/// its sessions if they are to be revoked too.
///
/// # Errors
/// The storage failed.
pub fn revoke(rows: &Rows, with_index: bool) -> Result<JsValue, Error> {
    let timestamp = next_timestamp(rows, policy::REMEMBERED_MS)?;
    revoke_cached(rows, timestamp)?;
    rows.settle()?;
    if with_index {
        index_at(rows, timestamp)
    } else {
        let none = Array::new();
        Ok(session_index(rows.now, timestamp, &none, &none))
    }
}

/// Revokes one token that was cached for the user.
///
/// # Errors
/// The storage failed.
pub fn revoke_token(rows: &Rows, hash: &JsString, until: f64) -> Result<JsValue, Error> {
    let timestamp = next_timestamp(rows, policy::REMEMBERED_MS)?;
    if rows.others(Kind::Token, hash)? >= model::MAX_TOKENS {
        revoke_cached(rows, timestamp)?;
    } else {
        let token = Held {
            name: hash.clone(),
            timestamp,
            until: until.min(rows.now + policy::REMEMBERED_MS),
            body: None,
        };
        rows.put(Kind::Token, &token)?;
    }
    rows.settle()?;
    revocations_at(rows, timestamp)
}

fn revocations_at(rows: &Rows, at: f64) -> Result<JsValue, Error> {
    let revoked = rows.one(Kind::Revoked, &JsString::from(""))?;
    let (tokens, moments) = (Array::new(), Array::new());
    for token in rows.all(Kind::Token)? {
        tokens.push(&token.name);
        moments.push(&token.timestamp.into());
    }
    let revoked_at = revoked.map_or(0.0, |revoked| revoked.timestamp);
    Ok(revocations_of(at, revoked_at, &tokens, &moments))
}

/// What is revoked. Writes nothing.
///
/// # Errors
/// The storage failed.
pub fn revocations(rows: &Rows) -> Result<JsValue, Error> {
    revocations_at(rows, rows.now)
}

/// What is revoked, at a timestamp: whatever is revoked from now on has a larger one.
///
/// # Errors
/// The storage failed.
pub fn begin_fill(rows: &Rows) -> Result<JsValue, Error> {
    let timestamp = next_timestamp(rows, policy::REMEMBERED_MS)?;
    rows.settle()?;
    revocations_at(rows, timestamp)
}
