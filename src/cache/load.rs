//! `CacheClient.getOrSet`: read, or load once for all who ask at the same time.

use js_sys::{Function, JsString};

use super::client::{CacheClient, KEY, TTL, text_of};
use crate::error::{Error, RoomError};
use crate::host::json;
use crate::host::report::Note;
use crate::host::task::CallResult;
use crate::kv::flight::{self, Member};
use crate::kv::key::{self, Unfit};
use crate::kv::ttl;

impl CacheClient {
    /// The value under a key, or what the loader gives, stored for `seconds`. For no time, and under a key that KV does
    /// not take, nothing is stored.
    ///
    /// # Errors
    /// An invalid key or TTL, or what the loader threw. KV's failures are notes.
    pub async fn get_or_set(
        &self,
        key: &JsString,
        seconds: f64,
        loader: &Function,
        member: &Member,
        join_ms: f64,
    ) -> CallResult {
        let lasts = ttl::lasts(seconds, TTL)?;
        let key = match key::check(key, KEY) {
            Ok(()) => Some(key).filter(|_| lasts),
            Err(error) if matches!(error.why, Unfit::TooLong(_)) => {
                self.report.note_code(Note::NotCached, error.code());
                None
            }
            Err(error) => return Err(error.into()),
        };
        while let Some(key) = key {
            match self.read(key).await {
                Ok(Some(value)) => {
                    self.report.hit(true);
                    return Ok(value);
                }
                // It was read before it was stored.
                Ok(None) if member.was_loaded(key) => continue,
                Ok(None) => {}
                Err(error) => self.report.note_code(Note::KvFailed, error.code()),
            }
            break;
        }
        self.report.hit(false);
        let result = self.join(key, seconds, loader, member, join_ms).await;
        member.leave();
        result
    }

    // Without a key nothing is shared, nor stored.
    async fn join(
        &self,
        key: Option<&JsString>,
        seconds: f64,
        loader: &Function,
        member: &Member,
        join_ms: f64,
    ) -> CallResult {
        if let Some(key) = key
            && let Some(text) = flight::join(member, key, &self.report, join_ms).await?
        {
            return json::parse(&text).ok_or(Error::NotJson);
        }
        let value = flight::load(member, loader).await?;
        let Some(key) = key else {
            return Ok(value);
        };
        let stored = match text_of(&value) {
            Ok(text) => {
                member.share(&text, f64::NAN);
                let write = || self.start_write(key, &text, seconds);
                flight::store(&self.kv, member, write).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            self.report.note_code(Note::NotCached, error.code());
        }
        Ok(value)
    }
}
