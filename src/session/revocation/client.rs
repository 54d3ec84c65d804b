//! The way from cached sessions to the objects that keep what is revoked.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::cache::Revocations;
use super::fill::{FillStart, as_of};
use super::isolate::{learn, learn_revoked, with_known};
use crate::error::Error;
use crate::host::clock::now;
use crate::protocol::call_time::CallTime;
use crate::session::object_name;
use crate::session::policy::{CACHED_FOR_MS, REMEMBERED_MS};
use crate::session::token::Token;
use crate::stub::call::Namespace;

#[wasm_bindgen]
extern "C" {
    /// What a user's object replies: `{ at, revokedAt, tokens, moments }`; a token's: `{ at, revokedAt,
    /// users, untils }`. Plain objects of our own class.
    type Reply;
    #[wasm_bindgen(method, getter, structural)]
    fn at(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = revokedAt)]
    fn revoked_at(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn tokens(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn moments(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn users(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn untils(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = tick)]
    fn timestamp(this: &Reply) -> JsValue;
}

fn number(value: &JsValue) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn list(value: &JsValue) -> Array {
    value.dyn_ref::<Array>().cloned().unwrap_or_default()
}

fn revocations(reply: &JsValue) -> Revocations {
    if !reply.is_object() {
        return Revocations::default();
    }
    let reply = reply.unchecked_ref::<Reply>();
    let (tokens, moments) = (list(&reply.tokens()), list(&reply.moments()));
    let tokens = tokens
        .iter()
        .zip(moments.iter())
        .filter_map(|(token, at)| Some((token.as_string()?, number(&at))));
    Revocations {
        at: number(&reply.at()),
        revoked_at: number(&reply.revoked_at()),
        tokens: tokens.collect(),
    }
}

/// The revocations behind one namespace, for the length of a call.
#[derive(Clone)]
pub struct RevocationClient {
    /// The namespace.
    pub objects: Namespace,
    /// The number of its handle: what an isolate knows belongs to one handle.
    pub namespace_id: u32,
    /// How long what is known is good for, in ms.
    pub staleness_ms: f64,
}

impl RevocationClient {
    async fn ask(
        &self,
        name: &str,
        method: &'static str,
        args: &[JsValue],
    ) -> Result<JsValue, Error> {
        let name = JsString::from(name);
        self.objects
            .call(&name, method, args, CallTime::Omitted)
            .await
    }

    /// Whether what was read at `read_at`, by the clock of the user's object, may be served to the user under a token.
    ///
    /// # Errors
    /// The object had to be asked and failed.
    pub async fn admits(&self, user: &str, token: &Token, read_at: f64) -> Result<bool, Error> {
        let name = object_name::of_customer(user);
        let asked_at = now();
        let known = with_known(self.namespace_id, &name, |known| {
            let fresh = known.is_fresh(asked_at, self.staleness_ms);
            fresh.then(|| read_at > floor(&known.revocations, token))
        });
        if let Some(admits) = known.flatten() {
            return Ok(admits);
        }
        let revocations = revocations(&self.ask(&name, "readRevocations", &[]).await?);
        let admits = read_at > floor(&revocations, token);
        learn(self.namespace_id, &name, revocations, Some(asked_at));
        Ok(admits)
    }

    /// Announces that a session read at `start` is about to be cached until `ends`. Returns when it was read, by the
    /// clock of the user's object, or nothing when it was revoked since.
    ///
    /// # Errors
    /// An object failed.
    pub async fn fill(
        &self,
        user: &str,
        token: &Token,
        start: FillStart,
        ends: f64,
    ) -> Result<Option<f64>, Error> {
        // Longer than the entry lives, whatever the clocks say.
        let until = ends + (REMEMBERED_MS - CACHED_FOR_MS);
        let args = [JsValue::from(user), until.into()];
        let name = object_name::of_token(token.hash());
        // The token first: a sign-out from now on finds the user, one before now is seen here.
        let of_token = revocations(&self.ask(&name, "fillToken", &args).await?);
        let allowed = self.as_of(&name, token, &of_token, start);
        if of_token.revoked_at > 0.0 {
            learn(self.namespace_id, &name, of_token, None);
        }
        let name = object_name::of_customer(user);
        let of_user = revocations(&self.ask(&name, "stampFill", &[]).await?);
        let as_of = self.as_of(&name, token, &of_user, start);
        learn(self.namespace_id, &name, of_user, None);
        Ok(allowed.and(as_of))
    }

    fn as_of(
        &self,
        name: &str,
        token: &Token,
        revocations: &Revocations,
        start: FillStart,
    ) -> Option<f64> {
        let floor = revocations.floor(token.hash());
        let precedes = with_known(self.namespace_id, name, |known| {
            known.precedes(&start, token.hash(), floor)
        });
        let took = now() - start.at;
        as_of(
            revocations.at,
            took,
            floor,
            start.clear_ms,
            precedes == Some(true),
        )
    }

    /// Revokes what was cached under a token, for whomever.
    ///
    /// # Errors
    /// An object failed: the token may be revoked or not, and the call can be made again.
    pub async fn revoke_token(&self, token: &Token) -> Result<(), Error> {
        let name = object_name::of_token(token.hash());
        let reply = self.ask(&name, "revokeToken", &[]).await?;
        learn_revoked(self.namespace_id, &name, revocations(&reply).revoked_at);
        if !reply.is_object() {
            return Ok(());
        }
        let reply = reply.unchecked_ref::<Reply>();
        let (users, untils) = (list(&reply.users()), list(&reply.untils()));
        // Mostly one, and at most eight.
        for (user, until) in users.iter().zip(untils.iter()) {
            let Some(user) = user.as_string() else {
                continue;
            };
            let name = object_name::of_customer(&user);
            let args = [JsValue::from(token.hash()), until];
            let reply = self.ask(&name, "revokeTokenOfUser", &args).await?;
            learn(self.namespace_id, &name, revocations(&reply), None);
        }
        Ok(())
    }

    /// Revokes all that was cached for a user.
    ///
    /// # Errors
    /// The object failed: the call can be made again.
    pub async fn revoke_user(&self, user: &str) -> Result<(), Error> {
        let name = object_name::of_customer(user);
        let reply = self.ask(&name, "revokeUser", &[false.into()]).await?;
        if reply.is_object() {
            let revoked_at = number(&reply.unchecked_ref::<Reply>().timestamp());
            learn_revoked(self.namespace_id, &name, revoked_at);
        }
        Ok(())
    }
}

// What was read until this moment must not be served. The hash is only made where there is something to compare it
// with.
fn floor(revocations: &Revocations, token: &Token) -> f64 {
    if revocations.tokens.is_empty() {
        revocations.revoked_at
    } else {
        revocations.floor(token.hash())
    }
}
