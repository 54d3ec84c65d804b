//! `SessionCacheClient`: the way from a token to a session in KV.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::entry::{self, Checked};
use super::key::{HASHED_PREFIX, SESSION_PREFIX, user_prefix};
use super::user_index;
use crate::error::Error;
use crate::host::clock::now;
use crate::host::json;
use crate::host::report::{Note, Report};
use crate::host::task::CallResult;
use crate::kv::flight::{self, Member};
use crate::kv::handle::Kv;
use crate::kv::key::{self, KeyError, Unfit};
use crate::kv::{size, ttl};
use crate::protocol::name::check_name;
use crate::session::policy::CACHED_FOR_MS;
use crate::session::revocation::client::RevocationClient;
use crate::session::revocation::fill::FillStart;
use crate::session::revocation::isolate::start_fill;
use crate::session::token::Token;

const TOKEN: &str = "The token";
const TOKEN_KEY: &str = "The token, in its key,";
/// A session has its user's id in one of two places.
const SESSION_USER: &str = "session.userId or user.id";

/// Sessions behind one handle, for the length of a call.
pub struct SessionCacheClient {
    /// The namespace.
    pub kv: Kv,
    /// Keys are made of the token's SHA-256 instead of the token.
    pub hash_tokens: bool,
    /// `set` writes an index entry, so that a user's sessions can be found.
    pub track_users: bool,
    /// After how many ms a session is loaded again.
    pub max_age_ms: f64,
    /// Where revocations are kept, if anywhere.
    pub revocations: Option<Box<RevocationClient>>,
    /// Where the call reports to.
    pub report: Report,
}

/// What became of a session that was to be cached.
pub(super) enum Outcome {
    /// It is cached.
    Stored,
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
        let as_of = entry::as_of(&metadata);
        self.admitted(revocations, token, session, as_of).await
    }

    /// The session, unless it was revoked since it was read.
    ///
    /// # Errors
    /// The namespace of the revocations is none. An object that fails is a note, and no session.
    pub(super) async fn admitted(
        &self,
        revocations: &RevocationClient,
        token: &Token,
        session: JsValue,
        as_of: Option<f64>,
    ) -> Result<Option<JsValue>, Error> {
        // Cached without `revocations`: nobody knows when it was read.
        let (Some(as_of), Some(user)) = (as_of, entry::owner(&session)) else {
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
        key::check(&key, TOKEN_KEY)?;
        let session = entry::check_session(data)?;
        if session.expires_at <= now.at {
            self.report.note(Note::Expired);
            self.kv.delete(&key).await?;
            return Ok(JsValue::UNDEFINED);
        }
        match self.store(token, &key, &session, start, None).await? {
            Outcome::Stored => {}
            Outcome::Revoked => self.report.note_code(Note::NotCached, "conflict"),
            Outcome::Untracked => self.report.note(Note::NotTracked),
        }
        Ok(JsValue::UNDEFINED)
    }

    // Caches a session that has not expired. Its followers get it when it is known not to be revoked.
    pub(super) async fn store(
        &self,
        token: &Token,
        key: &JsString,
        session: &Checked,
        start: FillStart,
        member: Option<&Member>,
    ) -> Result<Outcome, Error> {
        key::check(key, TOKEN_KEY)?;
        size::check(&session.text, entry::SESSION)?;
        self.report.value(&session.text);
        let now = now();
        let mut life_ms = (session.expires_at - now).min(self.max_age_ms);
        let mut read_at = f64::NAN;
        if let Some(revocations) = &self.revocations {
            // A revocation is not remembered for longer.
            life_ms = life_ms.min(CACHED_FOR_MS);
            let Some(user_id) = &session.user_id else {
                return Ok(Outcome::Untracked);
            };
            check_name(user_id, SESSION_USER)?;
            let ends = now + life_ms;
            let Some(as_of) = revocations.fill(user_id, token, start, ends).await? else {
                return Ok(Outcome::Revoked);
            };
            read_at = as_of;
        }
        let mut index = None;
        if self.track_users {
            if let Some(user_id) = &session.user_id {
                index = Some(user_index::entry_key(user_id, token, self.hash_tokens)?);
            } else {
                self.report.note(Note::NotTracked);
            }
        }
        if let Some(member) = member {
            member.share(&session.text, read_at);
        }
        let seconds = ttl::plan(life_ms / 1_000.0, now).kv_seconds;
        let write = || {
            let index = index.as_ref();
            self.kv
                .start_session_put(key, &session.text, seconds, read_at, index)
        };
        match member {
            Some(member) => flight::store(&self.kv, member, write).await?,
            None => self.kv.end_put(write()).await?,
        }
        Ok(Outcome::Stored)
    }

    /// Deletes the session under a token, under all keys that it may have. Its index entries are left to their TTL.
    ///
    /// # Errors
    /// An invalid token, or KV failed; with revocations an object, and KV's failure is a note.
    pub async fn delete(&self, token: &Token) -> CallResult {
        check(token)?;
        let Some(revocations) = &self.revocations else {
            self.delete_forms(token).await?;
            return Ok(JsValue::UNDEFINED);
        };
        // Revoked first: from then on what KV still shows is refused. Deleted in any case.
        let revoked = revocations.revoke_token(token).await;
        if let Err(error) = self.delete_forms(token).await {
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
        check_name(user_id, user_index::USER)?;
        key::check_text(&user_prefix(user_id), user_index::USER_KEY)?;
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
                Error::Partial(partial) => partial.done,
                _ => 0,
            }
        });
        Ok(JsValue::from(deleted as f64))
    }

    // Under the plain token, and under its hash, now and as version 0.1 had it.
    async fn delete_forms(&self, token: &Token) -> Result<(), Error> {
        let keys = [
            JsString::from([HASHED_PREFIX, token.hash()].concat()),
            JsString::from([SESSION_PREFIX, token.hash()].concat()),
            plain_key(token),
        ];
        let failed = self.kv.delete_batch(&keys).await?.into_iter().flatten();
        failed.map(Err).next().unwrap_or(Ok(()))
    }

    pub(super) fn key(&self, token: &Token) -> Result<JsString, KeyError> {
        check(token)?;
        if self.hash_tokens {
            return Ok([HASHED_PREFIX, token.hash()].concat().into());
        }
        Ok(plain_key(token))
    }
}

fn plain_key(token: &Token) -> JsString {
    PREFIX.with(|prefix| prefix.concat(token.text()))
}

fn check(token: &Token) -> Result<(), KeyError> {
    // `session:` alone would be a key, and everybody's.
    if token.text().length() == 0 {
        return Err(Unfit::Empty.of(TOKEN));
    }
    Ok(())
}

thread_local! {
    static PREFIX: JsString = JsString::from(SESSION_PREFIX);
}
