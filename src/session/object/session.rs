//! A session's object: the record, which is the truth, and tombstones against `put`s that are late.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::model::{self, Put};
use super::sqlite::{Held, Kind, Rows};
use crate::error::Error;
use crate::session::policy;
use crate::session::record;

#[wasm_bindgen]
extern "C" {
    // A record as JSON with its creation in ms, and a record from it.
    #[wasm_bindgen(js_namespace = host, js_name = sessionText)]
    fn session_text(id: &str, customer: &str, user_agent: &str, created_at: f64) -> JsString;
    #[wasm_bindgen(js_namespace = host, js_name = sessionRecord)]
    fn session_record(text: &JsString) -> JsValue;
    // `{ customerId, tick }`, and `kept: true` if so.
    #[wasm_bindgen(js_namespace = host, js_name = sessionPlace)]
    fn session_place(customer: &JsString, timestamp: f64, kept: bool) -> JsValue;
}

/// What `put` stores.
pub struct Session<'a> {
    /// Its id.
    pub session_id: &'a str,
    /// Whose it is.
    pub customer_id: &'a str,
    /// The browser, as it says.
    pub user_agent: &'a str,
    /// In ms since the epoch.
    pub created_at: f64,
}

fn refused() -> Error {
    Error::Conflict(
        "the customer's sessions were revoked while this one was being set, or it took more than 30 seconds. Set it again if it is still to be",
    )
}

fn record(rows: &Rows) -> Result<Option<Held>, Error> {
    Ok(rows.all(Kind::Record)?.pop())
}

fn place(held: Option<&Held>) -> JsValue {
    held.map_or(JsValue::NULL, |held| {
        session_place(&held.name, held.timestamp, false)
    })
}

// Until the tombstone ends, its `put`s have become too late by themselves.
fn leave_tombstone(
    rows: &Rows,
    customer: &JsString,
    timestamp: f64,
    revoked: bool,
) -> Result<(), Error> {
    let row = Held {
        name: customer.clone(),
        timestamp,
        until: rows.now + policy::SETTLED_MS,
        body: revoked.then(|| JsString::from("revoked")),
    };
    rows.put(Kind::Tombstone, &row)
}

/// The record, or null.
///
/// # Errors
/// The storage failed; so of all below.
pub fn get(rows: &Rows) -> Result<JsValue, Error> {
    let text = record(rows)?.and_then(|held| held.body);
    Ok(text.map_or(JsValue::NULL, |text| session_record(&text)))
}

/// Stores a record for `ttl_ms`. Returns where it was before: `{ customerId, tick }` of another
/// customer, or null.
///
/// # Errors
/// An invalid record; [`Error::Conflict`] when its customer's sessions were revoked since `tick`.
pub fn put(rows: &Rows, session: &Session, timestamp: f64, ttl_ms: f64) -> Result<JsValue, Error> {
    record::check(session.session_id, session.customer_id, session.created_at)?;
    let customer = JsString::from(session.customer_id);
    let before = record(rows)?;
    let (same, moved) = match before {
        Some(held) if held.name == customer => (Some(held.timestamp), None),
        other => (None, other),
    };
    let tombstone = rows
        .one(Kind::Tombstone, &customer)?
        .map(|held| held.timestamp);
    match model::put(rows.now, timestamp, same, tombstone) {
        Put::Refuse => return Err(refused()),
        Put::Superseded => return Ok(JsValue::NULL),
        Put::Store => {}
    }
    if same.is_none() {
        // There is one record, whosever it was.
        rows.clear(Kind::Record)?;
    }
    if let Some(held) = &moved {
        // Its entry in the other index will be dropped, so no late `put` may bring it back there.
        leave_tombstone(rows, &held.name, held.timestamp + 1.0, false)?;
    }
    let text = session_text(
        session.session_id,
        session.customer_id,
        record::cut(session.user_agent),
        session.created_at,
    );
    let row = Held {
        name: customer,
        timestamp,
        until: rows.now + ttl_ms,
        body: Some(text),
    };
    rows.put(Kind::Record, &row)?;
    rows.settle()?;
    Ok(place(moved.as_ref()))
}

/// Deletes the record, with `tick` only the one that has it. Returns where it was: `{ customerId, tick }`, with
/// `kept` where it still is; or null.
///
/// # Errors
/// The storage failed.
pub fn remove(rows: &Rows, timestamp: Option<f64>) -> Result<JsValue, Error> {
    let held = record(rows)?;
    if let Some(held) = &held {
        if timestamp.is_some_and(|timestamp| timestamp != held.timestamp) {
            return Ok(session_place(&held.name, held.timestamp, true));
        }
        rows.clear(Kind::Record)?;
        // A `put` that was made twice must not bring it back.
        leave_tombstone(rows, &held.name, held.timestamp + 1.0, false)?;
        rows.settle()?;
    }
    Ok(place(held.as_ref()))
}

/// Deletes the record if it is the customer's and was set before the revocation that has `tick`,
/// and refuses such `put`s from now on. Returns whether there was one; made again, it returns the same.
///
/// # Errors
/// The storage failed.
pub fn revoke(rows: &Rows, customer: &JsString, timestamp: f64) -> Result<bool, Error> {
    let held = record(rows)?.filter(|held| held.name == *customer && held.timestamp < timestamp);
    let old = rows.one(Kind::Tombstone, customer)?;
    if let Some(old) = old.filter(|old| old.timestamp >= timestamp) {
        return Ok(old.timestamp == timestamp && old.body.is_some());
    }
    if held.is_some() {
        rows.clear(Kind::Record)?;
    }
    leave_tombstone(rows, customer, timestamp, held.is_some())?;
    rows.settle()?;
    Ok(held.is_some())
}
