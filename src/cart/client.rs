//! `CartStoreClient.mergeCart`: three calls on two objects. The other methods are one call each.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::error::CartError;
use crate::error::Error;
use crate::host::clock::now;
use crate::host::json;
use crate::host::task::CallResult;
use crate::protocol::call_time::CallTime;
use crate::protocol::name::check_name;
use crate::stub::call::Namespace;
use crate::stub::refusal::Refusal;

/// Carts behind one namespace, for the length of a call.
pub struct CartStoreClient {
    /// The namespace.
    pub objects: Namespace,
}

/// A merge of one cart into another.
pub struct Merge {
    /// The source.
    pub from: String,
    /// The target.
    pub into: String,
    /// What the merge's id is made of, unless one is under way.
    pub key: String,
    /// The TTL of both, in seconds.
    pub ttl_seconds: JsValue,
    /// What the target is called with after the id and the lines: policy, TTL, version, owner.
    pub args: Vec<JsValue>,
    /// Whom the caller acts for.
    pub owner: JsValue,
}

// How often a merge begins whose source changes between it was read and begun.
const MAX_BEGINS: u32 = 5;

impl CartStoreClient {
    /// Merges one cart into another, and deletes it; returns the merged cart, or null when there was
    /// nothing to merge. The source remembers what was begun, so that the call can be repeated after a
    /// crash at any step: it goes on with the merge that is under way.
    ///
    /// # Errors
    /// What one of the carts refuses (nothing has changed then), or an object failed.
    pub async fn merge(&self, merge: Merge) -> CallResult {
        check_name(&merge.from, "fromId")?;
        check_name(&merge.into, "intoId")?;
        if merge.from == merge.into {
            return Err(CartError::SameCart.into());
        }
        let started = now();
        let source = JsString::from(merge.from.as_str());
        let target = JsString::from(merge.into.as_str());
        let Some(begun) = self.begin(started, &source, &target, &merge).await? else {
            return Ok(JsValue::NULL);
        };
        let id = begun.get(0);
        let mut args = vec![id.clone(), begun.get(1)];
        args.extend(merge.args.iter().cloned());
        let merged = self.step(started, &target, "merge", &args).await;
        // A refusal says that nothing was merged by this call; another one may have done it. Unless the
        // target gives the merge up, the source stays as it is.
        let refused = matches!(&merged, Err(error) if error.of_room::<Refusal>().is_some());
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

    // The id and the lines of the merge. It begins in the version of the source that was read here, so that a call
    // which comes late neither freezes nor empties what was put into the source since.
    async fn begin(
        &self,
        started: f64,
        source: &JsString,
        target: &JsString,
        merge: &Merge,
    ) -> Result<Option<Array>, Error> {
        let args = [merge.ttl_seconds.clone(), merge.owner.clone()];
        let objects = self.objects.rest_of(started);
        let read = objects
            .call(source, "get", &args, CallTime::Omitted)
            .await?;
        if read.is_null() {
            return Ok(None);
        }
        let read = Array::from(&read);
        if read.get(1).as_string().as_deref() == Some("{}") {
            return Ok(None);
        }
        let mut version = read.get(0);
        for n in 0..MAX_BEGINS {
            let key = JsValue::from([merge.key.as_str(), ":", &n.to_string()].concat());
            let args = [target.into(), key, merge.owner.clone(), version];
            let begun = self.step(started, source, "beginMerge", &args).await?;
            if begun.is_null() {
                return Ok(None);
            }
            let begun = Array::from(&begun);
            if begun.length() > 1 {
                return Ok(Some(begun));
            }
            version = begun.get(0);
        }
        Err(CartError::Changed.into())
    }

    async fn step(
        &self,
        started: f64,
        cart: &JsString,
        method: &str,
        args: &[JsValue],
    ) -> CallResult {
        self.objects
            .rest_of(started)
            .call(cart, method, args, CallTime::Sent)
            .await
    }
}
