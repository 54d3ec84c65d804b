//! `SessionCacheClient.getOrLoad`: read, or load once for all who ask at the same time, and cache.

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::client::{Outcome, SessionCacheClient};
use super::entry;
use crate::host::clock::now;
use crate::host::json;
use crate::host::report::Note;
use crate::host::task::CallResult;
use crate::kv::flight::{self, Member};
use crate::session::revocation::isolate::start_fill;
use crate::session::token::Token;

// How long a call waits for another's loader, in ms.
const JOIN_MS: f64 = 5_000.0;

impl SessionCacheClient {
    /// The session under a token, or what the loader gives, cached until it expires or is to be loaded again. What
    /// expires before it could be used is null. What may have been read before it was revoked is loaded again.
    ///
    /// # Errors
    /// An invalid token, what the loader threw, or it gave no session. KV's and objects' failures are
    /// notes.
    pub async fn get_or_load(
        &self,
        token: &Token,
        loader: &Function,
        member: &Member,
    ) -> CallResult {
        let key = self.key(token)?;
        match self.get(token).await {
            Ok(session) if !session.is_null() => return Ok(session),
            Ok(_) => {}
            Err(error) if error.is_misuse() => return Err(error),
            Err(error) => {
                self.report.note_code(Note::KvFailed, error.code());
                self.report.hit(false);
            }
        }
        let result = self.join(token, &key, loader, member).await;
        member.leave();
        result
    }

    async fn join(
        &self,
        token: &Token,
        key: &JsString,
        loader: &Function,
        member: &Member,
    ) -> CallResult {
        if let Some(text) = flight::join(member, key, &self.report, JOIN_MS).await? {
            let session = json::parse(&text).unwrap_or_default();
            let Some(revocations) = self.revocations.as_ref().filter(|_| !session.is_null()) else {
                return Ok(session);
            };
            // It may have been revoked since the leader asked.
            let admitted = self.admitted(revocations, token, session, Some(member.as_of()));
            if let Some(session) = Box::pin(admitted).await? {
                return Ok(session);
            }
        }
        self.load(token, key, loader, member).await
    }

    async fn load(
        &self,
        token: &Token,
        key: &JsString,
        loader: &Function,
        member: &Member,
    ) -> CallResult {
        let mut reloaded = false;
        loop {
            let start = start_fill();
            let data = flight::load(member, loader).await?;
            if entry::is_none(&data) {
                member.share(&"null".into(), f64::NAN);
                return Ok(JsValue::NULL);
            }
            let session = entry::check_session(&data)?;
            if session.expires_at <= now() {
                self.report.note(Note::Expired);
                return Ok(JsValue::NULL);
            }
            let stored = self.store(token, key, &session, start, Some(member)).await;
            match stored {
                Ok(Outcome::Stored) => {}
                // The next load begins when all that is revoked is known, so it is not refused for that.
                Ok(Outcome::Revoked) if !reloaded => {
                    self.report.note(Note::Revoked);
                    reloaded = true;
                    continue;
                }
                Ok(Outcome::Revoked) => self.report.note_code(Note::NotCached, "conflict"),
                Ok(Outcome::Untracked) => self.report.note(Note::NotTracked),
                Err(error) if error.is_misuse() => return Err(error),
                Err(error) => self.report.note_code(Note::NotCached, error.code()),
            }
            return Ok(data);
        }
    }
}
