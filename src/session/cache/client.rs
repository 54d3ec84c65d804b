//! `SessionCacheClient`: the way from a token to a session in KV.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::entry::{self, Checked};
use super::key::{SESSION_PREFIX, user_prefix};
use super::user_index;
use crate::error::Error;
use crate::host::clock::now;
use crate::host::json;
use crate::host::kv::PutOptions;
use crate::host::report::{Note, Report};
use crate::host::task::CallResult;
use crate::kv::handle::Kv;
use crate::kv::{key, size, ttl};
use crate::session::id::check_id;
use crate::session::policy::CACHED_FOR_MS;
use crate::session::revocation::client::RevocationClient;
use crate::session::revocation::fill::FillStart;
use crate::session::revocation::isolate::start_fill;
use crate::session::token::Token;

/// Sessions behind one handle, for the length of a call.
pub struct SessionCacheClient {
    /// The namespace.
    pub kv: Kv,
    /// Keys are made of the token's SHA-256 instead of the token.
    pub hash_tokens: bool,
    /// `set` writes an index entry, so that a user's sessions can be found.
    pub track_users: bool,
    /// Where revocations are kept, if anywhere.
    pub revocations: Option<Box<RevocationClient>>,
    /// Where the call reports to.
    pub report: Report,
}

/// What became of a session that was to be cached.
pub(super) enum Outcome {
    /// It is cached.
    Stored,
    /// It had expired.
    Expired,
    /// Its data may be older than a revocation.
    Revoked,
    /// It has no user whose revocations could be asked for.
    Untracked,
}

impl SessionCacheClient {
    /// For a call that does without an object which fails: what cannot be checked is loaded.
    #[must_use]
    pub fn reading(mut self) -> Self {
        if let Some(revocations) = &mut self.revocations {
            revocations.objects.has_fallback = true;
        }
        self
    }

    /// The session under a token; null when there is none, it has expired, or it is not a session.
    ///
    /// # Errors
    /// An invalid token, or KV failed.
    pub async fn get(&self, token: &Token) -> CallResult {
        let key = self.key(token)?;
        let found = match &self.revocations {
            None => self.kv.get(&key).await?.and_then(|text| self.live(&text)),
            // Boxed, so that a read without revocations does not carry its states.
            Some(revocations) => Box::pin(self.find_admitted(revocations, token, &key)).await?,
        };
        self.report.hit(found.is_some());
        Ok(found.unwrap_or(JsValue::NULL))
    }

    async fn find_admitted(
        &self,
        revocations: &RevocationClient,
        token: &Token,
        key: &JsString,
    ) -> Result<Option<JsValue>, Error> {
        let (text, metadata) = self.kv.get_entry(key).await?;
        let Some(session) = text.and_then(|text| self.live(&text)) else {
            return Ok(None);
        };
        // Cached without `revocations`: nobody knows when it was read.
        let (Some(as_of), Some(user)) = (entry::as_of(&metadata), entry::owner(&session)) else {
            self.report.note(Note::Revoked);
            return Ok(None);
        };
        match revocations.admits(&user, token, as_of).await {
            Ok(true) => return Ok(Some(session)),
            Ok(false) => self.report.note(Note::Revoked),
            Err(error) if error.is_misuse() => return Err(error),
            Err(error) => self.report.note_code(Note::ObjectFailed, error.code()),
        }
        Ok(None)
    }

    fn live(&self, text: &JsString) -> Option<JsValue> {
        self.report.value(text);
        let value = json::parse(text).unwrap_or_default();
        let Some(expires_at) = entry::expiry(&value) else {
            self.report.note(Note::Malformed);
            return None;
        };
        if expires_at <= now() {
            self.report.note(Note::Expired);
            return None;
        }
        Some(value)
    }

    /// Stores a session until it expires. One that has expired is deleted instead. `as_of`: when its data
    /// was read, in ms since the epoch on this Worker's clock; by default now.
    ///
    /// # Errors
    /// An invalid token or session (nothing is written then), or KV or an object failed.
    pub async fn set(&self, token: &Token, data: &JsValue, as_of: Option<f64>) -> CallResult {
        let now = start_fill();
        let start = FillStart {
            at: as_of.map_or(now.at, |at| at.min(now.at)),
            learned: now.learned.filter(|_| as_of.is_none()),
            clear_ms: 0.0,
        };
        let key = self.key(token)?;
        let session = entry::check_session(data)?;
        match self.store(token, &key, session, start).await? {
            Outcome::Stored => {}
            Outcome::Revoked => self.report.note_code(Note::NotCached, "conflict"),
            Outcome::Untracked => self.report.note(Note::NotTracked),
            Outcome::Expired => {
                self.report.note(Note::Expired);
                self.kv.delete(&key).await?;
            }
        }
        Ok(JsValue::UNDEFINED)
    }

    pub(super) async fn store(
        &self,
        token: &Token,
        key: &JsString,
        session: Checked,
        start: FillStart,
    ) -> Result<Outcome, Error> {
        size::check(&session.text)?;
        self.report.value(&session.text);
        let now = now();
        if session.expires_at <= now {
            return Ok(Outcome::Expired);
        }
        let mut life_ms = session.expires_at - now;
        let mut metadata = JsValue::UNDEFINED;
        if let Some(revocations) = &self.revocations {
            // A revocation is not remembered for longer.
            life_ms = life_ms.min(CACHED_FOR_MS);
            let Some(user_id) = &session.user_id else {
                return Ok(Outcome::Untracked);
            };
            check_id(user_id)?;
            let ends = now + life_ms;
            let Some(as_of) = revocations.fill(user_id, token, start, ends).await? else {
                return Ok(Outcome::Revoked);
            };
            metadata = entry::as_of_metadata(as_of);
        }
        let seconds = ttl::plan(life_ms / 1_000.0, now)?.kv_seconds;
        // The index first: a process that ends between the two leaves an entry without a session, which is
        // harmless, and never a session that cannot be found.
        if self.track_users {
            user_index::add(&self.kv, &self.report, token, key, &session, seconds).await?;
        }
        let options = PutOptions::expiring(seconds).with_metadata(metadata);
        self.kv.put(key, &session.text, &options).await?;
        Ok(Outcome::Stored)
    }

    /// Deletes the session under a token. Its index entry is left to its TTL.
    ///
    /// # Errors
    /// An invalid token, or KV failed; with revocations an object, and KV's failure is a note.
    pub async fn delete(&self, token: &Token) -> CallResult {
        let key = self.key(token)?;
        let Some(revocations) = &self.revocations else {
            self.kv.delete(&key).await?;
            return Ok(JsValue::UNDEFINED);
        };
        // Revoked first: from then on what KV still shows is refused. Deleted in any case.
        let revoked = revocations.revoke_token(token).await;
        if let Err(error) = self.kv.delete(&key).await {
            self.report.note_code(Note::KvFailed, error.code());
        }
        revoked.map(|()| JsValue::UNDEFINED)
    }

    /// Deletes every session of a user that KV can list; returns how many. With revocations, what KV
    /// does not list yet is refused, too.
    ///
    /// # Errors
    /// An id too long for a key, KV failed, or more sessions than one invocation can delete; with
    /// revocations an object, and the others are notes.
    pub async fn delete_user_sessions(&self, user_id: &str) -> CallResult {
        let Some(revocations) = &self.revocations else {
            let deleted = user_index::delete_sessions(&self.kv, user_id).await?;
            return Ok(JsValue::from(deleted as f64));
        };
        // As the sessions that it can have: no session has an empty user id.
        check_id(user_id)?;
        key::check_text(&user_prefix(user_id))?;
        let revoked = revocations.revoke_user(user_id).await;
        let deleted = if self.track_users {
            user_index::delete_sessions(&self.kv, user_id).await
        } else {
            Ok(0)
        };
        revoked?;
        let deleted = deleted.unwrap_or_else(|error| {
            self.report.note_code(Note::KvFailed, error.code());
            match error {
                Error::Partial { done, .. } => done,
                _ => 0,
            }
        });
        Ok(JsValue::from(deleted as f64))
    }

    pub(super) fn key(&self, token: &Token) -> Result<JsString, Error> {
        // `session:` alone would be a key, and everybody's.
        if token.text().length() == 0 {
            return Err(key::KeyError::Empty.into());
        }
        let key = if self.hash_tokens {
            JsString::from([SESSION_PREFIX, token.hash()].concat())
        } else {
            PREFIX.with(|prefix| prefix.concat(token.text()))
        };
        key::check(&key)?;
        Ok(key)
    }
}

thread_local! {
    static PREFIX: JsString = JsString::from(SESSION_PREFIX);
}
