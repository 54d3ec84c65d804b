//! `CartStoreClient.mergeCart`: three calls on two objects. The other methods are one call each.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::model::CartError;
use crate::error::Error;
use crate::host::task::Answer;
use crate::host::{json, now};
use crate::object::call::Objects;
use crate::object::model::{Retry, check_name};

/// Carts behind one namespace, for the length of a call.
pub struct CartStoreClient {
    /// The namespace.
    pub objects: Objects,
}

/// A merge of one cart into another.
pub struct Merge {
    /// The source.
    pub from: String,
    /// The target.
    pub into: String,
    /// The idempotency key: the merge's id, unless one is under way.
    pub key: JsValue,
    /// What the target is called with after the id and the lines: policy, TTL, version, owner.
    pub terms: Vec<JsValue>,
    /// Whom the caller acts for.
    pub owner: JsValue,
}

impl CartStoreClient {
    /// Merges one cart into another, and deletes it; answers the merged cart, or null when there was
    /// nothing to merge. The source remembers what was begun, so that the call can be repeated after a
    /// crash at any step: it goes on with the merge that is under way.
    ///
    /// # Errors
    /// What one of the carts refuses (nothing has changed then), or an object failed.
    pub async fn merge(&self, merge: Merge) -> Answer {
        check_name(&merge.from)?;
        check_name(&merge.into)?;
        if merge.from == merge.into {
            return Err(CartError::SameCart.into());
        }
        let started = now();
        let (source, target) = (JsString::from(merge.from), JsString::from(merge.into));
        let begin = [target.clone().into(), merge.key, merge.owner];
        let begun = self.step(started, &source, "beginMerge", &begin).await?;
        if begun.is_null() {
            return Ok(begun);
        }
        let begun = Array::from(&begun);
        let id = begun.get(0);
        let mut args = vec![id.clone(), begun.get(1)];
        args.extend(merge.terms);
        let merged = self.step(started, &target, "merge", &args).await;
        // A refusal says that nothing was merged by this call; another one may have done it. Unless the
        // target gives the merge up, the source stays as it is.
        let refused = matches!(merged, Err(Error::Refused(_)));
        let done = if refused {
            let args = [id.clone()];
            let done = self.step(started, &target, "giveUpMerge", &args).await?;
            done.is_truthy()
        } else {
            merged.is_ok()
        };
        if refused || done {
            let args = [id, done.into()];
            let ended = self.step(started, &source, "endMerge", &args).await;
            if !refused {
                ended?;
            }
        }
        let text = Array::from(&merged?).get(2);
        let text = text.dyn_into().map_err(|_| Error::NotJson)?;
        json::parse(&text).ok_or(Error::NotJson)
    }

    async fn step(&self, started: f64, cart: &JsString, method: &str, args: &[JsValue]) -> Answer {
        self.objects
            .rest_of(started)
            .call(cart, method, args, Retry::Idempotent)
            .await
    }
}
