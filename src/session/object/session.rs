//! A session's object: the record, which is the truth, and tombstones against `put`s that are late.

use wasm_bindgen::prelude::*;

use super::model::{self, Put};
use super::state::{Held, Kind, Object, Record};
use crate::error::Error;
use crate::session::policy;
use crate::session::record;

#[wasm_bindgen]
extern "C" {
    // A record, whose creation is a `Date`.
    #[wasm_bindgen(js_namespace = host, js_name = sessionRecord)]
    fn session_record(id: &str, customer: &str, user_agent: &str, created_at: f64) -> JsValue;
    // `{ customerId, tick }`, and `kept: true` if so.
    #[wasm_bindgen(js_namespace = host, js_name = sessionPlace)]
    fn session_place(customer: &str, timestamp: f64, kept: bool) -> JsValue;
}

fn refused() -> Error {
    Error::Conflict(
        "The customer's sessions were revoked while this one was being set, or it took more than 30 seconds. Set it again if it is still to be",
    )
}

fn place(record: Option<&Record>) -> JsValue {
    record.map_or(JsValue::NULL, |record| {
        session_place(&record.customer_id, record.timestamp, false)
    })
}

// Until the tombstone ends, its `put`s have become too late by themselves.
fn leave_tombstone(object: &mut Object, customer: String, timestamp: f64, ended: bool) {
    object.put(Held {
        kind: Kind::Tombstone,
        name: customer,
        timestamp,
        until: object.now + policy::SETTLED_MS,
        ended,
    });
}

/// The record, or null.
pub fn get(object: &Object) -> JsValue {
    object.record().map_or(JsValue::NULL, |record| {
        let (id, customer) = (&record.session_id, &record.customer_id);
        session_record(id, customer, &record.user_agent, record.created_at)
    })
}

/// Stores a record for `ttl_ms`. Returns where it was before: `{ customerId, tick }` of another
/// customer, or null.
///
/// # Errors
/// An invalid record; [`Error::Conflict`] when its customer's sessions were revoked since `tick`.
pub fn put(object: &mut Object, mut session: Record, ttl_ms: f64) -> Result<JsValue, Error> {
    record::check(
        &session.session_id,
        &session.customer_id,
        session.created_at,
    )?;
    let before = object.record().cloned();
    let (same, moved) = match before {
        Some(record) if record.customer_id == session.customer_id => (Some(record.timestamp), None),
        other => (None, other),
    };
    let tombstone = object.one(Kind::Tombstone, &session.customer_id);
    let tombstone = tombstone.map(|row| row.timestamp);
    match model::put(object.now, session.timestamp, same, tombstone) {
        Put::Refuse => return Err(refused()),
        Put::Superseded => return Ok(JsValue::NULL),
        Put::Store => {}
    }
    let was = place(moved.as_ref());
    if let Some(record) = moved {
        // Its entry in the other index will be dropped, so no late `put` may bring it back there.
        leave_tombstone(object, record.customer_id, record.timestamp + 1.0, false);
    }
    session.user_agent = record::cut(&session.user_agent).to_owned();
    session.until = object.now + ttl_ms;
    object.state.record = Some(session);
    Ok(was)
}

/// Deletes the record, with `tick` only the one that has it. Returns where it was: `{ customerId, tick }`, with
/// `kept` where it still is; or null.
pub fn remove(object: &mut Object, timestamp: Option<f64>) -> JsValue {
    let Some(record) = object.record().cloned() else {
        return JsValue::NULL;
    };
    if timestamp.is_some_and(|timestamp| timestamp != record.timestamp) {
        return session_place(&record.customer_id, record.timestamp, true);
    }
    object.state.record = None;
    let was = place(Some(&record));
    // A `put` that was made twice must not bring it back.
    leave_tombstone(object, record.customer_id, record.timestamp + 1.0, false);
    was
}

/// Deletes the record if it is the customer's and was set before the revocation that has `tick`,
/// and refuses such `put`s from now on. Returns whether there was one; made again, it returns the same.
pub fn revoke(object: &mut Object, customer: String, timestamp: f64) -> bool {
    let old = object.one(Kind::Tombstone, &customer);
    if let Some(old) = old.filter(|old| old.timestamp >= timestamp) {
        return old.timestamp == timestamp && old.ended;
    }
    let record = object.record();
    let ends =
        record.is_some_and(|record| record.customer_id == customer && record.timestamp < timestamp);
    if ends {
        object.state.record = None;
    }
    leave_tombstone(object, customer, timestamp, ends);
    ends
}
