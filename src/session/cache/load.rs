//! `SessionCacheClient.getOrLoad`: read, or load and cache.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::client::{Outcome, SessionCacheClient};
use super::entry;
use crate::error::Error;
use crate::host::report::Note;
use crate::host::task::{CallResult, Failure, wait};
use crate::session::revocation::isolate::start_fill;
use crate::session::token::Token;

impl SessionCacheClient {
    /// The session under a token, or what the loader gives, cached until it expires. What expires
    /// before it could be used is null. What may have been read before it was revoked is loaded again.
    ///
    /// # Errors
    /// An invalid token, what the loader threw, or it gave no session. KV's and objects' failures are
    /// notes.
    pub async fn get_or_load(&self, token: &Token, loader: &Function) -> CallResult {
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
        let mut reloaded = false;
        loop {
            let start = start_fill();
            let data = load(loader).await?;
            if data.is_null() || data.is_undefined() {
                return Ok(JsValue::NULL);
            }
            let session = entry::check_session(&data)?;
            match self.store(token, &key, session, start).await {
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
                Err(error) if error.is_misuse() => return Err(error),
                Err(error) => self.report.note_code(Note::NotCached, error.code()),
            }
            return Ok(data);
        }
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
