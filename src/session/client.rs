//! `SessionCacheClient`: the way from a token to a session in KV.

use js_sys::{Array, Date, JsString, Object};
use wasm_bindgen::prelude::*;

use super::model::{self, SessionError};
use crate::error::Error;
use crate::host::kv::{Kv, KvHandle, Listed};
use crate::host::report::{JsReport, Note, Report};
use crate::host::task::{Answer, run};
use crate::host::{json, now, parse_date};
use crate::kv::{CONCURRENCY, MAX_OPERATIONS, key, size, ttl};

#[wasm_bindgen]
extern "C" {
    /// A parsed session. It comes from `JSON.parse`, so reading its properties does not throw.
    type Session;
    #[wasm_bindgen(method, getter, structural)]
    fn session(this: &Session) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn user(this: &Session) -> JsValue;

    #[wasm_bindgen(extends = Object)]
    type Fields;
    #[wasm_bindgen(method, getter, structural)]
    fn id(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = userId)]
    fn user_id(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = expiresAt)]
    fn expires_at(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, setter, structural, js_name = expiresAt)]
    fn set_expires_at(this: &Fields, iso: &JsValue);

    /// The metadata of an index entry: the session's key.
    type Indexed;
    #[wasm_bindgen(method, getter, structural)]
    fn key(this: &Indexed) -> JsValue;
    #[wasm_bindgen(method, setter, structural)]
    fn set_key(this: &Indexed, key: &JsString);
}

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

/// What `set` needs to know of a session.
struct Checked {
    text: JsString,
    expires_at: f64,
    user_id: Option<String>,
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
        let Some(expires_at) = expiry(&value) else {
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
        let session = check_session(data)?;
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
            let metadata: Indexed = Object::new().unchecked_into();
            metadata.set_key(&key);
            self.kv
                .put(&entry.into(), &"".into(), seconds, Some(&metadata))
                .await?;
        }
        self.kv.put(&key, &session.text, seconds, None).await?;
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
            for batch in page.keys.chunks(CONCURRENCY / 2) {
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
        let sessions: Vec<JsString> = entries.iter().filter_map(session_key).collect();
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

fn session_key(entry: &Listed) -> Option<JsString> {
    let metadata = entry.metadata.is_object().then(|| entry.metadata.clone())?;
    metadata.unchecked_into::<Indexed>().key().dyn_into().ok()
}

fn fields(value: JsValue) -> Option<Fields> {
    value.is_object().then(|| value.unchecked_into())
}

// The expiry of a parsed value in ms, if the value is a session.
fn expiry(value: &JsValue) -> Option<f64> {
    let value: &Session = value.is_object().then(|| value.unchecked_ref())?;
    let session = fields(value.session())?;
    let text = session.expires_at();
    if !value.user().is_object() || !text.is_string() {
        return None;
    }
    Some(parse_date(&text)).filter(|expires_at| !expires_at.is_nan())
}

// By way of its JSON: what is checked is what will be read, and a `Date` is ISO there.
fn check_session(data: &JsValue) -> Result<Checked, SessionError> {
    let text = json::stringify(data).ok_or(SessionError::NotJson)?;
    let value = json::parse(&text).ok_or(SessionError::NotJson)?;
    let parsed = value.is_object().then(|| value.unchecked_ref::<Session>());
    let parsed = parsed.ok_or(SessionError::NotASession)?;
    let session = fields(parsed.session()).ok_or(SessionError::NotASession)?;
    let user = fields(parsed.user()).ok_or(SessionError::NotASession)?;
    let expires_at = expiry(&value).ok_or(SessionError::BadExpiry)?;
    let iso = session
        .expires_at()
        .as_string()
        .is_some_and(|text| model::is_iso(&text));
    let text = if iso {
        text
    } else {
        session.set_expires_at(&Date::new(&expires_at.into()).to_iso_string());
        json::stringify(&value).ok_or(SessionError::NotJson)?
    };
    let user_id = session
        .user_id()
        .as_string()
        .or_else(|| user.id().as_string());
    Ok(Checked {
        text,
        expires_at,
        user_id: user_id.filter(|id| !id.is_empty()),
    })
}

fn client(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    report: Option<JsReport>,
) -> SessionCacheClient {
    let kv = Kv::new(kv, false, limit_ms);
    SessionCacheClient {
        kv,
        hash_tokens,
        track_users,
        report: Report(report),
    }
}

/// `SessionCacheClient.get`.
#[wasm_bindgen(js_name = sessionGet)]
pub fn session_get(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, report);
    run(async move { client.get(&token).await })
}

/// `SessionCacheClient.set`.
#[wasm_bindgen(js_name = sessionSet)]
pub fn session_set(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    token: JsString,
    data: JsValue,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, track_users, report);
    run(async move { client.set(&token, &data).await })
}

/// `SessionCacheClient.delete`.
#[wasm_bindgen(js_name = sessionDelete)]
pub fn session_delete(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, report);
    run(async move { client.delete(&token).await })
}

/// `SessionCacheClient.deleteUserSessions`.
#[wasm_bindgen(js_name = sessionDeleteUser)]
pub fn session_delete_user(
    kv: KvHandle,
    limit_ms: f64,
    user_id: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, false, true, report);
    run(async move { client.delete_user_sessions(&user_id).await })
}
