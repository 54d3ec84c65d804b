//! The KV handle: anything with `get`, `put` and `delete` of a KV namespace.

use js_sys::{Array, JsString, Object};
use wasm_bindgen::prelude::*;

use super::task::{self, Failure};
use crate::error::{Error, KvOperation};

#[wasm_bindgen]
extern "C" {
    /// The handle as JavaScript has it: a namespace, a proxy of one, a test double.
    #[derive(Clone)]
    pub type KvHandle;

    // The reads are on the path of every request: guarded in js/host.ts, which costs less than `catch`.
    // They answer what the handle answered, or a promise that rejects with what it threw.
    #[wasm_bindgen(js_namespace = host, js_name = kvGet)]
    fn kv_get(kv: &KvHandle, key: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = host, js_name = kvGetWithMetadata)]
    fn kv_get_with_metadata(kv: &KvHandle, key: &JsValue) -> JsValue;
    // The text of an answer, or undefined. Not an `Option`, which would cross by way of a table.
    #[wasm_bindgen(js_namespace = host, js_name = textOf)]
    fn text_or_undefined(answer: &JsValue, has_metadata: bool) -> JsValue;
    // The metadata of an answer, or null.
    #[wasm_bindgen(js_namespace = host, js_name = metadataOf)]
    fn metadata_of(answer: &JsValue) -> JsValue;
    // `metadata.expiresAt` of an answer, or NaN.
    #[wasm_bindgen(js_namespace = host, js_name = expiresAtOf)]
    fn expires_at_of(answer: &JsValue) -> f64;

    #[wasm_bindgen(method, structural, catch)]
    fn put(
        this: &KvHandle,
        key: &JsString,
        value: &JsString,
        options: &PutOptions,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn delete(this: &KvHandle, key: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn list(this: &KvHandle, options: &ListOptions) -> Result<JsValue, JsValue>;

    /// The options of `put`.
    #[wasm_bindgen(extends = Object)]
    pub type PutOptions;
    #[wasm_bindgen(method, setter, structural, js_name = expirationTtl)]
    fn set_expiration_ttl(this: &PutOptions, seconds: f64);
    #[wasm_bindgen(method, setter, structural)]
    fn set_expiration(this: &PutOptions, seconds: f64);
    #[wasm_bindgen(method, setter, structural)]
    fn set_metadata(this: &PutOptions, metadata: &JsValue);

    /// The options of `list`.
    #[wasm_bindgen(extends = Object)]
    pub type ListOptions;
    #[wasm_bindgen(method, setter, structural)]
    fn set_prefix(this: &ListOptions, prefix: &JsString);
    #[wasm_bindgen(method, setter, structural)]
    fn set_limit(this: &ListOptions, limit: f64);
    #[wasm_bindgen(method, setter, structural)]
    fn set_cursor(this: &ListOptions, cursor: &JsString);

    /// What `list` answers, and its keys. A handle may be a proxy, so reading may throw.
    pub type Entry;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn metadata(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn name(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn keys(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn cursor(this: &Entry) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn list_complete(this: &Entry) -> Result<JsValue, JsValue>;
}

impl PutOptions {
    /// Expires after `seconds`, at least 60.
    pub fn expiring(seconds: f64) -> Self {
        Self::default().with_ttl(Some(seconds))
    }

    /// Expires after as many seconds, if any.
    pub fn with_ttl(self, seconds: Option<f64>) -> Self {
        if let Some(seconds) = seconds {
            self.set_expiration_ttl(seconds);
        }
        self
    }

    /// Expires at a moment in seconds since the epoch, if any.
    pub fn with_expiration(self, seconds: Option<f64>) -> Self {
        if let Some(seconds) = seconds {
            self.set_expiration(seconds);
        }
        self
    }

    /// Keeps something beside the value, if anything.
    pub fn with_metadata(self, metadata: Option<&JsValue>) -> Self {
        if let Some(metadata) = metadata {
            self.set_metadata(metadata);
        }
        self
    }
}

impl Default for PutOptions {
    fn default() -> Self {
        Object::new().unchecked_into()
    }
}

/// What one key holds.
pub struct Stored {
    /// The text, as it was put.
    pub text: JsString,
    /// The exact expiry from our metadata in ms since the epoch, where KV keeps the entry for longer.
    pub expires_at: Option<f64>,
}

/// A key of a listing.
pub struct Listed {
    /// The key.
    pub name: JsString,
    /// Its metadata, or undefined.
    pub metadata: JsValue,
}

/// One page of a listing.
pub struct Page {
    /// The keys of this page, at most 1,000.
    pub keys: Vec<Listed>,
    /// Where the next page begins; `None` on the last.
    pub cursor: Option<JsString>,
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
        let answer = self
            .wait(KvOperation::Get, Ok(kv_get(&self.handle, key)))
            .await?;
        Ok(text_of(&answer, false))
    }

    /// The text under a key, and its exact expiry where the handle has metadata.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn get_stored(&self, key: &JsString) -> Result<Option<Stored>, Error> {
        let answer = self.wait(KvOperation::Get, Ok(self.read(key))).await?;
        Ok(self.stored(&answer))
    }

    /// Up to 100 keys in one operation, as a `Map`; `None` where the handle has no bulk read.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn get_bulk(&self, keys: &Array) -> Result<Option<js_sys::Map>, Error> {
        let answer = self.wait(KvOperation::Get, Ok(self.read(keys))).await?;
        Ok(answer.dyn_into().ok())
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
        let answer = self.wait(KvOperation::Get, Ok(self.read(key))).await?;
        let text = text_of(&answer, true);
        let metadata = if text.is_some() {
            metadata_of(&answer)
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

    /// What one answer, or one value of a bulk answer, says.
    pub fn stored(&self, answer: &JsValue) -> Option<Stored> {
        let text = text_of(answer, self.has_metadata)?;
        let expires_at = if self.has_metadata {
            expires_at_of(answer)
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
        self.wait(KvOperation::Put, self.handle.put(key, value, options))
            .await?;
        Ok(())
    }

    /// Deletes a key, there or not.
    ///
    /// # Errors
    /// The handle failed or did not answer in time.
    pub async fn delete(&self, key: &JsString) -> Result<(), Error> {
        self.wait(KvOperation::Delete, self.handle.delete(key))
            .await?;
        Ok(())
    }

    /// Deletes keys side by side; answers each key's failure in their order.
    ///
    /// # Errors
    /// The batch did not end in time, so no key's outcome is known.
    pub async fn delete_batch(&self, keys: &[JsString]) -> Result<Vec<Option<Error>>, Error> {
        let operation = KvOperation::Delete;
        let mut started = Vec::with_capacity(keys.len());
        for key in keys {
            started.push(self.handle.delete(key));
        }
        let promises: Array = started
            .iter()
            .filter_map(|promise| promise.as_ref().ok())
            .collect();
        let settled = super::settle_all(&promises, self.limit_ms).await;
        let mut settled = settled
            .map_err(|failure| operation.failed(failure))?
            .into_iter();
        Ok(started
            .into_iter()
            .map(|start| start.and_then(|_| settled.next().unwrap_or(Ok(JsValue::UNDEFINED))))
            .map(|end| {
                end.err()
                    .map(|cause| operation.failed(Failure::Threw(cause)))
            })
            .collect())
    }

    /// One page of the keys under a prefix.
    ///
    /// # Errors
    /// The handle failed, did not answer in time, or answered no listing.
    pub async fn list(
        &self,
        prefix: &JsString,
        limit: f64,
        cursor: Option<&JsString>,
    ) -> Result<Page, Error> {
        let answer = self.list_raw(prefix, limit, cursor).await?;
        page(answer).map_err(|cause| KvOperation::List.failed(Failure::Threw(cause)))
    }

    /// The same as the handle answers it: an object whose `keys` are an array.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn list_raw(
        &self,
        prefix: &JsString,
        limit: f64,
        cursor: Option<&JsString>,
    ) -> Result<JsValue, Error> {
        let options: ListOptions = Object::new().unchecked_into();
        options.set_prefix(prefix);
        options.set_limit(limit);
        if let Some(cursor) = cursor {
            options.set_cursor(cursor);
        }
        let answer = self
            .wait(KvOperation::List, self.handle.list(&options))
            .await?;
        let keys = if answer.is_object() {
            answer.unchecked_ref::<Entry>().keys()
        } else {
            Ok(JsValue::NULL)
        };
        match keys {
            Ok(keys) if Array::is_array(&keys) => Ok(answer),
            other => Err(KvOperation::List.failed(Failure::Threw(other.err().unwrap_or_default()))),
        }
    }

    async fn wait(
        &self,
        operation: KvOperation,
        started: Result<JsValue, JsValue>,
    ) -> Result<JsValue, Error> {
        let outcome = match started {
            Ok(promise) => task::wait(promise, self.limit_ms).await,
            Err(thrown) => Err(Failure::Threw(thrown)),
        };
        outcome.map_err(|failure| operation.failed(failure))
    }
}

fn text_of(answer: &JsValue, has_metadata: bool) -> Option<JsString> {
    let text = text_or_undefined(answer, has_metadata);
    (!text.is_undefined()).then(|| text.unchecked_into())
}

fn page(answer: JsValue) -> Result<Page, JsValue> {
    let answer: Entry = answer.unchecked_into();
    let mut keys = Vec::new();
    for key in Array::from(&answer.keys()?).iter() {
        let key: Entry = key.unchecked_into();
        if let Ok(name) = key.name()?.dyn_into() {
            keys.push(Listed {
                name,
                metadata: key.metadata()?,
            });
        }
    }
    let more = answer.list_complete()?.is_falsy();
    let cursor = if more {
        answer.cursor()?.dyn_into().ok()
    } else {
        None
    };
    Ok(Page { keys, cursor })
}
