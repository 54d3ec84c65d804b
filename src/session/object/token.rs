//! A token's object: for whom it was cached, and when it was revoked. `delete(token)` does not know
//! the user, and a fill may be under way.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::model;
use super::state::{Held, Kind, Object};
use crate::error::Error;
use crate::session::policy;

#[wasm_bindgen]
extern "C" {
    // `{ at, revokedAt, users, untils }`.
    #[wasm_bindgen(js_namespace = host, js_name = tokenState)]
    fn token_state(at: f64, revoked_at: f64, users: &Array, untils: &Array) -> JsValue;
}

fn revoked_at(object: &Object) -> Option<f64> {
    object.one(Kind::Revoked, "").map(|row| row.timestamp)
}

/// Remembers until `until` that the token is about to be cached for a user. Returns when it was
/// revoked last, by the clock whose time is `at`.
///
/// # Errors
/// [`Error::LimitExceeded`] when it was cached for too many users.
pub fn fill(object: &mut Object, user: String, until: f64) -> Result<JsValue, Error> {
    let now = object.now;
    let held = object.one(Kind::Owner, &user);
    if held.is_none_or(|held| held.until < until) {
        if object.others(Kind::Owner, &user) >= model::MAX_OWNERS {
            return Err(Error::LimitExceeded(
                "A token can be cached for 8 users at a time",
            ));
        }
        object.put(Held {
            kind: Kind::Owner,
            name: user,
            timestamp: now,
            until: until.min(now + policy::REMEMBERED_MS),
            ended: false,
        });
    }
    let revoked = revoked_at(object).unwrap_or(0.0);
    Ok(token_state(now, revoked, &Array::new(), &Array::new()))
}

/// Refuses fills that read before now. Returns for whom the token was cached, and until when.
pub fn revoke(object: &mut Object) -> JsValue {
    let now = object.now;
    let timestamp = model::next_timestamp(now, revoked_at(object));
    object.put(Held {
        kind: Kind::Revoked,
        name: String::new(),
        timestamp,
        until: now + model::TOKEN_REMEMBERED_MS,
        ended: false,
    });
    let (users, untils) = (Array::new(), Array::new());
    for owner in object.all(Kind::Owner) {
        users.push(&owner.name.as_str().into());
        untils.push(&owner.until.into());
    }
    token_state(now, timestamp, &users, &untils)
}
