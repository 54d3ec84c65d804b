//! `KVClient`: the checked, observed basics.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::{key, size, ttl};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::json;
use crate::host::kv::PutOptions;
use crate::host::report::Report;
use crate::host::task::CallResult;
use crate::host::values::byte_length;
use crate::kv::handle::Kv;

#[wasm_bindgen]
extern "C" {
    // What `getWithMetadata` returns.
    #[wasm_bindgen(js_namespace = host, js_name = kvEntry)]
    fn kv_entry(value: &JsValue, metadata: &JsValue) -> JsValue;
}

/// How long a value is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expiry {
    /// After so many seconds.
    pub ttl: Option<f64>,
    /// At a moment in seconds since the epoch.
    pub at: Option<f64>,
}

/// Keys behind one handle, for the length of a call.
pub struct KVClient {
    /// The namespace.
    pub kv: Kv,
    /// Where the call reports to.
    pub report: Report,
}

// What its methods are given.
const KEY: &str = "The key";

impl KVClient {
    /// The text under a key, parsed if `as_json`; null when there is none.
    ///
    /// # Errors
    /// An invalid key, a text that is not valid JSON, or KV failed.
    pub async fn get(&self, name: &JsString, as_json: bool) -> CallResult {
        key::check_known(name, KEY)?;
        let text = self.kv.get(name).await?;
        self.value(text, as_json)
    }

    /// The same with its metadata.
    ///
    /// # Errors
    /// As [`Self::get`], or the handle has no metadata.
    pub async fn get_with_metadata(&self, name: &JsString, as_json: bool) -> CallResult {
        key::check_known(name, KEY)?;
        let (text, metadata) = self.kv.get_entry(name).await?;
        Ok(kv_entry(&self.value(text, as_json)?, &metadata))
    }

    fn value(&self, text: Option<JsString>, as_json: bool) -> CallResult {
        self.report.hit(text.is_some());
        let Some(text) = text else {
            return Ok(JsValue::NULL);
        };
        self.report.value(&text);
        if !as_json {
            return Ok(text.into());
        }
        json::parse(&text).ok_or(Error::NotJson)
    }

    /// Writes a text by KV's own rules, with metadata as JSON.
    ///
    /// # Errors
    /// An invalid key, expiry, size or metadata (nothing is written then), or KV failed.
    pub async fn put(
        &self,
        name: &JsString,
        text: &JsString,
        expiry: Expiry,
        metadata: Option<JsString>,
    ) -> CallResult {
        key::check(name, KEY)?;
        size::check(text, "The value")?;
        expiry.ttl.map_or(Ok(()), ttl::check_kv)?;
        expiry
            .at
            .map_or(Ok(()), |at| ttl::check_moment(at, now()))?;
        let mut kept = JsValue::UNDEFINED;
        if let Some(metadata) = &metadata {
            size::check_metadata(byte_length(metadata))?;
            kept = json::parse(metadata).ok_or(Error::NotJson)?;
        }
        self.report.value(text);
        let options = PutOptions {
            expiration_ttl: expiry.ttl,
            expiration: expiry.at,
            metadata: kept,
        };
        self.kv.put(name, text, &options).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// Deletes a key; a missing key is not an error.
    ///
    /// # Errors
    /// An invalid key, or KV failed.
    pub async fn delete(&self, name: &JsString) -> CallResult {
        key::check_known(name, KEY)?;
        self.kv.delete(name).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// One page of a listing, as the handle returns it.
    ///
    /// # Errors
    /// KV failed, or returned no listing.
    pub async fn list(
        &self,
        prefix: &JsString,
        limit: f64,
        cursor: Option<JsString>,
    ) -> CallResult {
        self.kv.list_raw(prefix, limit, cursor.as_ref()).await
    }
}
