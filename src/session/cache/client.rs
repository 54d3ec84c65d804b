//! `SessionCacheClient`: the way from a token to a session in KV.

use js_sys::{Array, Function, JsString};
use wasm_bindgen::prelude::*;

use super::entry::{self, Checked};
use super::key::{SESSION_PREFIX, user_prefix};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::json;
use crate::host::kv::PutOptions;
use crate::host::report::{Note, Report};
use crate::host::task::{CallResult, Failure, wait};
use crate::kv::handle::{Kv, Listed};
use crate::kv::{CONCURRENCY, MAX_OPERATIONS, key, size, ttl};
use crate::session::hash::sha256_hex;
use crate::session::id::check_id;
use crate::session::policy::CACHED_FOR_MS;
use crate::session::revocation::cache::Start;
use crate::session::revocation::client::{self as gate, Gate};

/// Sessions behind one handle, for the length of a call.
pub struct SessionCacheClient {
    /// The namespace.
    pub kv: Kv,
    /// Keys are made of the token's SHA-256 instead of the token.
    pub hash_tokens: bool,
    /// `set` writes an index entry, so that a user's sessions can be found.
    pub track_users: bool,
    /// Where revocations are kept, if anywhere.
    pub gate: Option<Box<Gate>>,
    /// Where the call reports to.
    pub report: Report,
}

/// What became of a session that was to be cached.
enum Outcome {
    Stored,
    /// It had expired.
    Expired,
    /// Its data may be older than a revocation.
    Revoked,
    /// It has no user whose revocations could be asked for.
    Untracked,
}

impl SessionCacheClient {
    /// The session under a token; null when there is none, it has expired, or it is not a session.
    ///
    /// # Errors
    /// An invalid token, or KV failed.
    pub async fn get(&self, token: &JsString) -> CallResult {
        let key = self.key(token)?;
        let found = match &self.gate {
            None => self.kv.get(&key).await?.and_then(|text| self.live(&text)),
            // Boxed, so that a read without revocations does not carry its states.
            Some(gate) => Box::pin(self.find_admitted(gate, token, &key)).await?,
        };
        self.report.hit(found.is_some());
        Ok(found.unwrap_or(JsValue::NULL))
    }

    async fn find_admitted(
        &self,
        gate: &Gate,
        token: &JsString,
        key: &JsString,
    ) -> Result<Option<JsValue>, Error> {
        let (text, metadata) = self.kv.get_entry(key).await?;
        let Some(session) = text.and_then(|text| self.live(&text)) else {
            return Ok(None);
        };
        // Cached without `revocations`: nobody knows when it was read.
        let (Some(stamp), Some(user)) = (entry::stamp(&metadata), entry::owner(&session)) else {
            self.report.note(Note::Revoked);
            return Ok(None);
        };
        match gate.admits(&user, token, stamp).await {
            Ok(true) => return Ok(Some(session)),
            Ok(false) => self.report.note(Note::Revoked),
            Err(error) => self.report.note_code(Note::ObjectFailed, error.code()),
        }
        Ok(None)
    }

    /// The session under a token, or what the loader gives, cached until it expires. What expires
    /// before it could be used is null. What may have been read before it was revoked is loaded again.
    ///
    /// # Errors
    /// An invalid token, what the loader threw, or it gave no session. KV's and objects' failures are
    /// notes.
    pub async fn get_or_load(&self, token: &JsString, loader: &Function) -> CallResult {
        self.key(token)?;
        match self.get(token).await {
            Ok(session) if !session.is_null() => return Ok(session),
            Ok(_) => {}
            Err(error) => {
                self.report.note_code(Note::KvFailed, error.code());
                self.report.hit(false);
            }
        }
        let mut reloaded = false;
        loop {
            let start = gate::start();
            let data = load(loader).await?;
            if data.is_null() || data.is_undefined() {
                return Ok(JsValue::NULL);
            }
            let session = entry::check_session(&data)?;
            match self.store(token, session, start).await {
                Ok(Outcome::Stored) => {}
                Ok(Outcome::Expired) => {
                    self.report.note(Note::Expired);
                    return Ok(JsValue::NULL);
                }
                // The next load begins when all that is revoked is known, so it is not refused for that.
                Ok(Outcome::Revoked) if !reloaded => {
                    self.report.note(Note::Revoked);
                    reloaded = true;
                    continue;
                }
                Ok(Outcome::Revoked) => self.report.note_code(Note::NotCached, "conflict"),
                Ok(Outcome::Untracked) => self.report.note(Note::NotTracked),
                Err(error) => self.report.note_code(Note::NotCached, error.code()),
            }
            return Ok(data);
        }
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
    pub async fn set(&self, token: &JsString, data: &JsValue, as_of: Option<f64>) -> CallResult {
        let now = gate::start();
        let start = Start {
            at: as_of.map_or(now.at, |at| at.min(now.at)),
            learned: now.learned.filter(|_| as_of.is_none()),
            clear_ms: 0.0,
        };
        let key = self.key(token)?;
        let session = entry::check_session(data)?;
        match self.store(token, session, start).await? {
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

    async fn store(
        &self,
        token: &JsString,
        session: Checked,
        start: Start,
    ) -> Result<Outcome, Error> {
        let key = self.key(token)?;
        size::check(&session.text)?;
        self.report.value(&session.text);
        let now = now();
        if session.expires_at <= now {
            return Ok(Outcome::Expired);
        }
        let mut life_ms = session.expires_at - now;
        let mut metadata = None;
        if let Some(gate) = &self.gate {
            // A revocation is not remembered for longer.
            life_ms = life_ms.min(CACHED_FOR_MS);
            let Some(user_id) = &session.user_id else {
                return Ok(Outcome::Untracked);
            };
            check_id(user_id)?;
            let Some(stamp) = gate.fill(user_id, token, start, now + life_ms).await? else {
                return Ok(Outcome::Revoked);
            };
            metadata = Some(entry::stamp_metadata(stamp));
        }
        let seconds = ttl::plan(life_ms / 1_000.0, now)?.kv_seconds;
        self.index(token, &key, &session, seconds).await?;
        let options = PutOptions::expiring(seconds).with_metadata(metadata.as_ref());
        self.kv.put(&key, &session.text, &options).await?;
        Ok(Outcome::Stored)
    }

    // The index first: a process that ends between the two leaves an entry without a session, which is
    // harmless, and never a session that cannot be found.
    async fn index(
        &self,
        token: &JsString,
        key: &JsString,
        session: &Checked,
        seconds: f64,
    ) -> Result<(), Error> {
        if !self.track_users {
            return Ok(());
        }
        let Some(user_id) = &session.user_id else {
            self.report.note(Note::NotTracked);
            return Ok(());
        };
        let entry = user_prefix(user_id) + &sha256_hex(&String::from(token));
        key::check_text(&entry)?;
        let metadata = entry::index_metadata(key);
        let options = PutOptions::expiring(seconds).with_metadata(Some(&metadata));
        self.kv.put(&entry.into(), &"".into(), &options).await
    }

    /// Deletes the session under a token. Its index entry is left to its TTL.
    ///
    /// # Errors
    /// An invalid token, or KV failed; with revocations an object, and KV's failure is a note.
    pub async fn delete(&self, token: &JsString) -> CallResult {
        let key = self.key(token)?;
        let Some(gate) = &self.gate else {
            self.kv.delete(&key).await?;
            return Ok(JsValue::UNDEFINED);
        };
        // Revoked first: from then on what KV still shows is refused. Deleted in any case.
        let revoked = gate.revoke_token(token).await;
        if let Err(error) = self.kv.delete(&key).await {
            self.report.note_code(Note::KvFailed, error.code());
        }
        revoked.map(|()| JsValue::UNDEFINED)
    }

    /// Deletes every session of a user that KV can list; answers how many. With revocations, what KV
    /// does not list yet is refused, too.
    ///
    /// # Errors
    /// An id too long for a key, KV failed, or more sessions than one invocation can delete; with
    /// revocations an object, and the others are notes.
    pub async fn delete_user_sessions(&self, user_id: &str) -> CallResult {
        let Some(gate) = &self.gate else {
            return self.delete_listed(user_id).await;
        };
        // As the sessions that it can have: no session has an empty user id.
        check_id(user_id)?;
        key::check_text(&user_prefix(user_id))?;
        let revoked = gate.revoke_user(user_id).await;
        let deleted = if self.track_users {
            self.delete_listed(user_id).await
        } else {
            Ok(JsValue::from(0))
        };
        revoked?;
        deleted.or_else(|error| {
            self.report.note_code(Note::KvFailed, error.code());
            let done = match error {
                Error::Partial { done, .. } => done,
                _ => 0,
            };
            Ok(JsValue::from(done as f64))
        })
    }

    async fn delete_listed(&self, user_id: &str) -> CallResult {
        let prefix = user_prefix(user_id);
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
        let sessions: Vec<JsString> = entries.iter().filter_map(entry::session_key).collect();
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
            let hash = sha256_hex(&String::from(token));
            JsString::from(SESSION_PREFIX.to_owned() + &hash)
        } else {
            PREFIX.with(|prefix| prefix.concat(token))
        };
        key::check(&key)?;
        Ok(key)
    }
}

async fn load(loader: &Function) -> CallResult {
    let loaded = match loader.call0(&JsValue::UNDEFINED) {
        Ok(promise) => wait(promise, 0.0).await,
        Err(thrown) => Err(Failure::Threw(thrown)),
    };
    match loaded {
        Ok(data) => Ok(data),
        Err(Failure::Threw(error)) => Err(Error::Thrown(error)),
        // There is no time limit.
        Err(Failure::TimedOut) => Ok(JsValue::NULL),
    }
}

thread_local! {
    static PREFIX: JsString = JsString::from(SESSION_PREFIX);
}
