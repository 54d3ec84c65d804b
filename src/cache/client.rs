//! `CacheClient`: reading and writing values. A stored value is the JSON a hand-written `put` would
//! have written; an exact expiry, where KV keeps the entry for longer, is in the metadata.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::host::clock::now;
use crate::host::json;
use crate::host::kv::PutOptions;
use crate::host::report::{Note, Report};
use crate::host::task::CallResult;
use crate::kv::handle::{Kv, Stored};
use crate::kv::{key, size, ttl};

#[wasm_bindgen]
extern "C" {
    // Our metadata: the exact expiry in ms since the epoch.
    #[wasm_bindgen(js_namespace = host, js_name = expiryMetadata)]
    fn expiry_metadata(expires_at: f64) -> JsValue;
}

// What its methods are given.
pub(super) const KEY: &str = "The key";
const VALUE: &str = "The value";
pub(super) const TTL: &str = "ttlSeconds";

/// Values behind one handle, for the length of a call.
pub struct CacheClient {
    /// The namespace.
    pub kv: Kv,
    /// Where the call reports to.
    pub report: Report,
}

impl CacheClient {
    /// The value under a key, or null.
    ///
    /// # Errors
    /// An invalid key, or KV failed.
    pub async fn get(&self, key: &JsString) -> CallResult {
        key::check_known(key, KEY)?;
        let found = self.read(key).await?;
        self.report.hit(found.is_some());
        Ok(found.unwrap_or(JsValue::NULL))
    }

    /// Stores a value, as JSON, for `seconds`.
    ///
    /// # Errors
    /// An invalid key, TTL or size (nothing is written then), or KV failed.
    pub async fn set(&self, key: &JsString, text: &JsString, seconds: f64) -> CallResult {
        key::check(key, KEY)?;
        ttl::check(seconds, TTL)?;
        size::check(text, VALUE)?;
        let write = self.start_write(key, text, seconds);
        self.kv.end_put(write).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// The value under a checked key, unless it has expired or is not valid JSON.
    pub(super) async fn read(&self, key: &JsString) -> Result<Option<JsValue>, Error> {
        Ok(self
            .kv
            .get_stored(key)
            .await?
            .and_then(|stored| self.live(stored)))
    }

    pub(super) fn live(&self, stored: Stored) -> Option<JsValue> {
        self.report.value(&stored.text);
        if stored
            .expires_at
            .is_some_and(|expires_at| expires_at <= now())
        {
            self.report.note(Note::Expired);
            return None;
        }
        let value = json::parse(&stored.text);
        if value.is_none() {
            self.report.note(Note::Malformed);
        }
        value
    }

    /// Begins to write a checked value for a checked time.
    pub(super) fn start_write(&self, key: &JsString, text: &JsString, seconds: f64) -> JsValue {
        self.report.value(text);
        let plan = ttl::plan(seconds, now());
        let metadata = plan.expires_at.map(expiry_metadata).unwrap_or_default();
        let options = PutOptions::expiring(plan.kv_seconds).with_metadata(metadata);
        self.kv.start_put(key, text, &options)
    }
}

/// The JSON of a value, checked.
pub(super) fn text_of(value: &JsValue) -> Result<JsString, Error> {
    let text = json::stringify(value, VALUE, "invalid_value")?;
    size::check(&text, VALUE)?;
    Ok(text)
}
