//! Operations on a KV handle: waiting for it, with a time limit, and reading what it returns.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::failure::KvOperation;
use super::listing::{self, Page};
use crate::error::Error;
use crate::host::kv::{
    KvHandle, PutOptions, expires_at_of, kv_delete, kv_get, kv_get_with_metadata, kv_list, kv_put,
    metadata_of, session_put, text_of,
};
use crate::host::promises::settle_all;
use crate::host::task::{self, Failure};

/// What one key holds.
pub struct Stored {
    /// The text, as it was put.
    pub text: JsString,
    /// The exact expiry from our metadata in ms since the epoch, where KV keeps the entry for longer.
    pub expires_at: Option<f64>,
}

/// A handle with what its client knows of it.
#[derive(Clone)]
pub struct Kv {
    handle: KvHandle,
    has_metadata: bool,
    /// The time limit of each operation in ms; 0 means none.
    limit_ms: f64,
}

impl Kv {
    /// `has_metadata`: the handle has `getWithMetadata`. `limit_ms`: per operation, 0 for none.
    pub const fn new(handle: KvHandle, has_metadata: bool, limit_ms: f64) -> Self {
        Self {
            handle,
            has_metadata,
            limit_ms,
        }
    }

    /// The text under a key.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn get(&self, key: &JsString) -> Result<Option<JsString>, Error> {
        let reply = self
            .wait(KvOperation::Get, kv_get(&self.handle, key))
            .await?;
        Ok(text_of(&reply, false))
    }

    /// The text under a key, and its exact expiry where the handle has metadata.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn get_stored(&self, key: &JsString) -> Result<Option<Stored>, Error> {
        let reply = self.wait(KvOperation::Get, self.read(key)).await?;
        Ok(self.stored(&reply))
    }

    /// Up to 100 keys in one operation, as a `Map`; `None` where the handle has no bulk read.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn get_bulk(&self, keys: &Array) -> Result<Option<js_sys::Map>, Error> {
        let reply = self.wait(KvOperation::Get, self.read(keys)).await?;
        Ok(reply.dyn_into().ok())
    }

    /// The text under a key and its metadata, or nothing and null.
    ///
    /// # Errors
    /// The handle failed, did not answer in time, or has no metadata.
    pub async fn get_entry(&self, key: &JsString) -> Result<(Option<JsString>, JsValue), Error> {
        if !self.has_metadata {
            return Err(Error::Unsupported(
                "getWithMetadata needs a KV handle with getWithMetadata()",
            ));
        }
        let reply = self.wait(KvOperation::Get, self.read(key)).await?;
        let text = text_of(&reply, true);
        let metadata = if text.is_some() {
            metadata_of(&reply)
        } else {
            JsValue::NULL
        };
        Ok((text, metadata))
    }

    fn read(&self, key: &JsValue) -> JsValue {
        if self.has_metadata {
            kv_get_with_metadata(&self.handle, key)
        } else {
            kv_get(&self.handle, key)
        }
    }

    /// What one reply, or one value of a bulk reply, says.
    pub fn stored(&self, reply: &JsValue) -> Option<Stored> {
        let text = text_of(reply, self.has_metadata)?;
        let expires_at = if self.has_metadata {
            expires_at_of(reply)
        } else {
            f64::NAN
        };
        Some(Stored {
            text,
            expires_at: Some(expires_at).filter(|ms| !ms.is_nan()),
        })
    }

    /// Writes a value.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn put(
        &self,
        key: &JsString,
        value: &JsString,
        options: &PutOptions,
    ) -> Result<(), Error> {
        self.end_put(self.start_put(key, value, options)).await
    }

    /// Begins to write a value.
    pub fn start_put(&self, key: &JsString, value: &JsString, options: &PutOptions) -> JsValue {
        let PutOptions {
            expiration_ttl,
            expiration,
            metadata,
        } = options;
        kv_put(
            &self.handle,
            key,
            value,
            *expiration_ttl,
            *expiration,
            metadata,
        )
    }

    /// Waits for a write that has begun.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn end_put(&self, promise: JsValue) -> Result<(), Error> {
        self.wait(KvOperation::Put, promise).await?;
        Ok(())
    }

    /// Begins to write a session, and its index entry beside it where there is one; `as_of` NaN is left out.
    pub fn start_session_put(
        &self,
        key: &JsString,
        text: &JsString,
        seconds: f64,
        as_of: f64,
        index: Option<&JsString>,
    ) -> JsValue {
        session_put(&self.handle, key, text, seconds, as_of, index)
    }

    /// The time limit of each operation in ms; 0 means none.
    pub const fn limit_ms(&self) -> f64 {
        self.limit_ms
    }

    /// Deletes a key; a missing key is not an error.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn delete(&self, key: &JsString) -> Result<(), Error> {
        self.wait(KvOperation::Delete, kv_delete(&self.handle, key))
            .await?;
        Ok(())
    }

    /// Deletes keys side by side; returns each key's failure in their order.
    ///
    /// # Errors
    /// The batch did not end in time, so no key's outcome is known.
    pub async fn delete_batch(&self, keys: &[JsString]) -> Result<Vec<Option<Error>>, Error> {
        let operation = KvOperation::Delete;
        let promises: Array = keys
            .iter()
            .map(|key| kv_delete(&self.handle, key))
            .collect();
        let settled = settle_all(&promises, self.limit_ms).await;
        let all: Option<Vec<_>> = settled.into_iter().collect();
        let ended = all.ok_or_else(|| operation.failed(Failure::TimedOut))?;
        let failure = |cause| operation.failed(Failure::Threw(cause));
        Ok(ended
            .into_iter()
            .map(|end| end.err().map(failure))
            .collect())
    }

    /// One page of the keys under a prefix.
    ///
    /// # Errors
    /// The handle failed, did not answer in time, or returned no listing.
    pub async fn list(
        &self,
        prefix: &JsString,
        limit: f64,
        cursor: Option<&JsString>,
    ) -> Result<Page, Error> {
        Ok(listing::page(&self.list_raw(prefix, limit, cursor).await?))
    }

    /// The same as JavaScript has it.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn list_raw(
        &self,
        prefix: &JsString,
        limit: f64,
        cursor: Option<&JsString>,
    ) -> Result<JsValue, Error> {
        let promise = kv_list(&self.handle, prefix, limit, cursor);
        self.wait(KvOperation::List, promise).await
    }

    async fn wait(&self, operation: KvOperation, promise: JsValue) -> Result<JsValue, Error> {
        let outcome = task::wait(promise, self.limit_ms).await;
        outcome.map_err(|failure| operation.failed(failure))
    }
}
