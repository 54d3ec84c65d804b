//! The way from cached sessions to the objects that keep what is revoked.

use std::cell::RefCell;

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::cache::{CLEAR_MS, Start, State, Table, stamp};
use crate::error::Error;
use crate::host::clock::now;
use crate::session::hash::sha256_hex;
use crate::session::policy::{CACHED_FOR_MS, REMEMBERED_MS};
use crate::stub::call::Objects;
use crate::stub::retry::Stamp;

#[wasm_bindgen]
extern "C" {
    /// What a user's object says: `{ at, revokedAt, tokens, moments }`; a token's: `{ at, revokedAt,
    /// users, untils }`. Replies of our own class: plain objects.
    type Said;
    #[wasm_bindgen(method, getter, structural)]
    fn at(this: &Said) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = revokedAt)]
    fn revoked_at(this: &Said) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn tokens(this: &Said) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn moments(this: &Said) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn users(this: &Said) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn untils(this: &Said) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn tick(this: &Said) -> JsValue;
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// The object of a user's revocations, which is also that of the store's index.
pub fn customer_name(id: &str) -> String {
    ["customer:", id].concat()
}

fn token_name(hash: &str) -> String {
    ["token:", hash].concat()
}

fn number(value: &JsValue) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn list(value: &JsValue) -> Array {
    value.dyn_ref::<Array>().cloned().unwrap_or_default()
}

fn state(said: &JsValue) -> State {
    if !said.is_object() {
        return State::default();
    }
    let said = said.unchecked_ref::<Said>();
    let (tokens, moments) = (list(&said.tokens()), list(&said.moments()));
    let tokens = tokens
        .iter()
        .zip(moments.iter())
        .filter_map(|(token, at)| Some((token.as_string()?, number(&at))));
    State {
        at: number(&said.at()),
        revoked_at: number(&said.revoked_at()),
        tokens: tokens.collect(),
    }
}

/// The revocations behind one namespace, for the length of a call.
#[derive(Clone)]
pub struct Gate {
    /// The namespace.
    pub objects: Objects,
    /// The number of its handle: what an isolate knows belongs to one handle.
    pub handle: u32,
    /// How long what is known is good for, in ms.
    pub staleness_ms: f64,
}

/// Takes note of a revocation that this isolate made.
pub fn learn_revoked(handle: u32, name: &str, tick: f64) {
    let state = State {
        at: 0.0,
        revoked_at: tick,
        tokens: Vec::new(),
    };
    learn(handle, name, state, None);
}

fn learn(handle: u32, name: &str, state: State, asked_at: Option<f64>) {
    let now = now();
    TABLE.with_borrow_mut(|table| table.learn(handle, name, state, now, asked_at));
}

/// The moment from which a fill reads that can be made again.
pub fn start() -> Start {
    Start {
        at: now(),
        learned: Some(TABLE.with_borrow(Table::learned)),
        clear_ms: CLEAR_MS,
    }
}

impl Gate {
    async fn ask(
        &self,
        name: &str,
        method: &'static str,
        args: &[JsValue],
    ) -> Result<JsValue, Error> {
        let name = JsString::from(name);
        self.objects.call(&name, method, args, Stamp::Without).await
    }

    /// Whether what was read at `stamp` may be served to a user under a token.
    ///
    /// # Errors
    /// The object had to be asked and failed.
    pub async fn admits(&self, user: &str, token: &JsString, stamp: f64) -> Result<bool, Error> {
        let name = customer_name(user);
        let asked_at = now();
        let verdict = || {
            TABLE.with_borrow_mut(|table| {
                let known = table.get(self.handle, &name)?;
                if !known.is_fresh(asked_at, self.staleness_ms) {
                    return None;
                }
                Some(admits(&known.state, token, stamp))
            })
        };
        if let Some(admits) = verdict() {
            return Ok(admits);
        }
        let said = state(&self.ask(&name, "readRevocations", &[]).await?);
        let admitted = admits(&said, token, stamp);
        learn(self.handle, &name, said, Some(asked_at));
        Ok(admitted)
    }

    /// Announces that a session read at `start` is about to be cached until `ends`. Answers its stamp, or
    /// nothing when it was revoked since.
    ///
    /// # Errors
    /// An object failed.
    pub async fn fill(
        &self,
        user: &str,
        token: &JsString,
        start: Start,
        ends: f64,
    ) -> Result<Option<f64>, Error> {
        let hash = sha256_hex(&String::from(token));
        // Longer than the entry lives, whatever the clocks say.
        let until = ends + (REMEMBERED_MS - CACHED_FOR_MS);
        let args = [JsValue::from(user), until.into()];
        let name = token_name(&hash);
        // The token first: a sign-out from now on finds the user, one before now is seen here.
        let own = state(&self.ask(&name, "fillToken", &args).await?);
        let allowed = self.stamp(&name, &hash, &own, start);
        if own.revoked_at > 0.0 {
            learn(self.handle, &name, own, None);
        }
        let name = customer_name(user);
        let said = state(&self.ask(&name, "stampFill", &[]).await?);
        let stamp = self.stamp(&name, &hash, &said, start);
        learn(self.handle, &name, said, None);
        Ok(allowed.and(stamp))
    }

    fn stamp(&self, name: &str, hash: &str, said: &State, start: Start) -> Option<f64> {
        let floor = said.floor(hash);
        let known = TABLE.with_borrow_mut(|table| {
            let known = table.get(self.handle, name);
            known.is_some_and(|known| known.precedes(&start, hash, floor))
        });
        stamp(said.at, now() - start.at, floor, start.clear_ms, known)
    }

    /// Revokes what was cached under a token, for whomever.
    ///
    /// # Errors
    /// An object failed: the token may be revoked or not, and the call can be made again.
    pub async fn revoke_token(&self, token: &JsString) -> Result<(), Error> {
        let hash = sha256_hex(&String::from(token));
        let name = token_name(&hash);
        let said = self.ask(&name, "revokeToken", &[]).await?;
        learn_revoked(self.handle, &name, state(&said).revoked_at);
        if !said.is_object() {
            return Ok(());
        }
        let said = said.unchecked_ref::<Said>();
        let (users, untils) = (list(&said.users()), list(&said.untils()));
        // Mostly one, and at most eight.
        for (user, until) in users.iter().zip(untils.iter()) {
            let Some(user) = user.as_string() else {
                continue;
            };
            let name = customer_name(&user);
            let args = [JsValue::from(hash.as_str()), until];
            let said = self.ask(&name, "revokeTokenOfUser", &args).await?;
            learn(self.handle, &name, state(&said), None);
        }
        Ok(())
    }

    /// Revokes all that was cached for a user.
    ///
    /// # Errors
    /// The object failed: the call can be made again.
    pub async fn revoke_user(&self, user: &str) -> Result<(), Error> {
        let name = customer_name(user);
        let said = self.ask(&name, "revokeUser", &[false.into()]).await?;
        if said.is_object() {
            let tick = number(&said.unchecked_ref::<Said>().tick());
            learn_revoked(self.handle, &name, tick);
        }
        Ok(())
    }
}

// The hash is only made where there is something to compare it with.
fn admits(state: &State, token: &JsString, stamp: f64) -> bool {
    let floor = if state.tokens.is_empty() {
        state.revoked_at
    } else {
        state.floor(&sha256_hex(&String::from(token)))
    };
    stamp > floor
}
