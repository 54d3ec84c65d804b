//! `SessionCacheClient`: the way from a token to a session in KV.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::{model, stored};
use crate::error::Error;
use crate::host::kv::{Kv, Listed, PutOptions};
use crate::host::report::{Note, Report};
use crate::host::task::Answer;
use crate::host::{json, now};
use crate::kv::{CONCURRENCY, MAX_OPERATIONS, key, size, ttl};

/// Sessions behind one handle, for the length of a call.
pub struct SessionCacheClient {
    /// The namespace.
    pub kv: Kv,
    /// Keys are made of the token's SHA-256 instead of the token.
    pub hash_tokens: bool,
    /// `set` writes an index entry, so that a user's sessions can be found.
    pub track_users: bool,
    /// Where the call reports to.
    pub report: Report,
}

impl SessionCacheClient {
    /// The session under a token; null when there is none, it has expired, or it is not a session.
    ///
    /// # Errors
    /// An invalid token, or KV failed.
    pub async fn get(&self, token: &JsString) -> Answer {
        let found = self
            .kv
            .get(&self.key(token)?)
            .await?
            .and_then(|text| self.live(&text));
        self.report.hit(found.is_some());
        Ok(found.unwrap_or(JsValue::NULL))
    }

    fn live(&self, text: &JsString) -> Option<JsValue> {
        self.report.value(text);
        let value = json::parse(text).unwrap_or_default();
        let Some(expires_at) = stored::expiry(&value) else {
            self.report.note(Note::Malformed);
            return None;
        };
        if expires_at <= now() {
            self.report.note(Note::Expired);
            return None;
        }
        Some(value)
    }

    /// Stores a session until it expires. One that has expired is deleted instead.
    ///
    /// # Errors
    /// An invalid token or session (nothing is written then), or KV failed.
    pub async fn set(&self, token: &JsString, data: &JsValue) -> Answer {
        let key = self.key(token)?;
        let session = stored::check_session(data)?;
        size::check(&session.text)?;
        self.report.value(&session.text);
        let now = now();
        if session.expires_at <= now {
            self.report.note(Note::Expired);
            self.kv.delete(&key).await?;
            return Ok(JsValue::UNDEFINED);
        }
        let seconds = ttl::plan((session.expires_at - now) / 1_000.0, now)?.kv_seconds;
        // The index first: a process that ends between the two leaves an entry without a session,
        // which is harmless, and never a session that cannot be found.
        if let (true, Some(user_id)) = (self.track_users, &session.user_id) {
            let entry = model::user_prefix(user_id) + &model::sha256_hex(&String::from(token));
            key::check_text(&entry)?;
            let metadata = stored::index_metadata(&key);
            self.kv
                .put(
                    &entry.into(),
                    &"".into(),
                    &PutOptions::expiring(seconds).with_metadata(Some(&metadata)),
                )
                .await?;
        }
        self.kv
            .put(&key, &session.text, &PutOptions::expiring(seconds))
            .await?;
        Ok(JsValue::UNDEFINED)
    }

    /// Deletes the session under a token. Its index entry is left to its TTL.
    ///
    /// # Errors
    /// An invalid token, or KV failed.
    pub async fn delete(&self, token: &JsString) -> Answer {
        self.kv.delete(&self.key(token)?).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// Deletes every session of a user that KV can list; answers how many.
    ///
    /// # Errors
    /// An id too long for a key, KV failed, or more sessions than one invocation can delete.
    pub async fn delete_user_sessions(&self, user_id: &str) -> Answer {
        let prefix = model::user_prefix(user_id);
        key::check_text(&prefix)?;
        let prefix = JsString::from(prefix);
        let (mut cursor, mut used, mut deleted) = (None, 0, 0);
        loop {
            let page = self.kv.list(&prefix, 1_000.0, cursor.as_ref()).await?;
            used += 1;
            for batch in page.keys.chunks(CONCURRENCY) {
                if used + 2 * batch.len() > MAX_OPERATIONS {
                    return Err(Error::out_of_operations(deleted, Array::new()));
                }
                self.delete_indexed(batch, deleted).await?;
                used += 2 * batch.len();
                deleted += batch.len();
            }
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(JsValue::from(deleted as f64));
            }
            if used + 1 > MAX_OPERATIONS {
                return Err(Error::out_of_operations(deleted, Array::new()));
            }
        }
    }

    // The session before its entry, so that what failed is found again by the next call.
    async fn delete_indexed(&self, entries: &[Listed], deleted: usize) -> Result<(), Error> {
        let sessions: Vec<JsString> = entries.iter().filter_map(stored::session_key).collect();
        let names: Vec<JsString> = entries.iter().map(|entry| entry.name.clone()).collect();
        for keys in [sessions, names] {
            if let Some(error) = self
                .kv
                .delete_batch(&keys)
                .await?
                .into_iter()
                .flatten()
                .next()
            {
                return Err(error.after(deleted, Array::new()));
            }
        }
        Ok(())
    }

    fn key(&self, token: &JsString) -> Result<JsString, Error> {
        // `session:` alone would be a key, and everybody's.
        if token.length() == 0 {
            return Err(key::KeyError::Empty.into());
        }
        let key = if self.hash_tokens {
            let hash = model::sha256_hex(&String::from(token));
            JsString::from(model::SESSION_PREFIX.to_owned() + &hash)
        } else {
            PREFIX.with(|prefix| prefix.concat(token))
        };
        key::check(&key)?;
        Ok(key)
    }
}

thread_local! {
    static PREFIX: JsString = JsString::from(model::SESSION_PREFIX);
}
