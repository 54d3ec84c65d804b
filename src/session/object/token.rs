//! A token's object: for whom it was cached, and when it was revoked. `delete(token)` does not know
//! the user, and a fill may be under way.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::model;
use super::sqlite::{Held, Kind, Rows};
use crate::error::Error;
use crate::session::policy;

#[wasm_bindgen]
extern "C" {
    // `{ at, revokedAt, users, untils }`.
    #[wasm_bindgen(js_namespace = host, js_name = tokenState)]
    fn token_state(at: f64, revoked_at: f64, users: &Array, untils: &Array) -> JsValue;
}

fn revoked_at(rows: &Rows) -> Result<Option<f64>, Error> {
    let revoked = rows.one(Kind::Revoked, &JsString::from(""))?;
    Ok(revoked.map(|revoked| revoked.timestamp))
}

/// Remembers until `until` that the token is about to be cached for a user. Returns when it was
/// revoked last, by the clock whose time is `at`.
///
/// # Errors
/// [`Error::LimitExceeded`] when it was cached for too many users; the storage failed.
pub fn fill(rows: &Rows, user: &JsString, until: f64) -> Result<JsValue, Error> {
    let held = rows.one(Kind::Owner, user)?;
    if held.is_none_or(|held| held.until < until) {
        if rows.others(Kind::Owner, user)? >= model::MAX_OWNERS {
            return Err(Error::LimitExceeded(
                "a token can be cached for 8 users at a time",
            ));
        }
        let owner = Held {
            name: user.clone(),
            timestamp: rows.now,
            until: until.min(rows.now + policy::REMEMBERED_MS),
            body: None,
        };
        rows.put(Kind::Owner, &owner)?;
        rows.settle()?;
    }
    let revoked = revoked_at(rows)?.unwrap_or(0.0);
    Ok(token_state(rows.now, revoked, &Array::new(), &Array::new()))
}

/// Refuses fills that read before now. Returns for whom the token was cached, and until when.
///
/// # Errors
/// The storage failed.
pub fn revoke(rows: &Rows) -> Result<JsValue, Error> {
    let timestamp = model::next_timestamp(rows.now, revoked_at(rows)?);
    let row = Held {
        name: JsString::from(""),
        timestamp,
        until: rows.now + model::TOKEN_REMEMBERED_MS,
        body: None,
    };
    rows.put(Kind::Revoked, &row)?;
    rows.settle()?;
    let (users, untils) = (Array::new(), Array::new());
    for owner in rows.all(Kind::Owner)? {
        users.push(&owner.name);
        untils.push(&owner.until.into());
    }
    Ok(token_state(rows.now, timestamp, &users, &untils))
}
