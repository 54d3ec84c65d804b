//! The shape of a session and of its index entry, as KV holds them.

use js_sys::{Date, JsString, Object};
use thiserror::Error as ThisError;
use wasm_bindgen::prelude::*;

use super::date;
use crate::error::{Error, RoomError};
use crate::host::json;
use crate::kv::listing::Listed;

#[wasm_bindgen]
extern "C" {
    // The moment that `session.expiresAt` names in ms since the epoch, if `session` and `user` are objects
    // and it is a text; else NaN. One view instead of seven crossings, on the path of every request.
    #[wasm_bindgen(js_namespace = host, js_name = sessionExpiry)]
    fn session_expiry(value: &JsValue) -> f64;

    /// A parsed session. It comes from `JSON.parse`, so reading its properties does not throw.
    type Session;
    #[wasm_bindgen(method, getter, structural)]
    fn session(this: &Session) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn user(this: &Session) -> JsValue;

    #[wasm_bindgen(extends = Object)]
    type Fields;
    #[wasm_bindgen(method, getter, structural, js_name = expiresAt)]
    fn expires_at(this: &Fields) -> JsValue;
    #[wasm_bindgen(method, setter, structural, js_name = expiresAt)]
    fn set_expires_at(this: &Fields, iso: &JsValue);

    // Whose a parsed session is: `session.userId` or `user.id`, as text. Empty without one; undefined for what is no id.
    #[wasm_bindgen(js_namespace = host, js_name = sessionUser)]
    fn session_user(value: &JsValue) -> Option<String>;

    /// The metadata of an index entry: the session's key.
    type Indexed;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn key(this: &Indexed) -> Result<JsValue, JsValue>;

    /// The metadata of a session whose user's revocations are kept: when its data was read.
    type Dated;
    #[wasm_bindgen(method, getter, structural, js_name = asOf, catch)]
    fn as_of(this: &Dated) -> Result<JsValue, JsValue>;

    // Whether both parts are null.
    #[wasm_bindgen(js_namespace = host, js_name = saysNone)]
    fn says_none(value: &JsValue) -> bool;
}

/// What `set` and loaders give, in messages.
pub(super) const SESSION: &str = "The session";

/// Why a session is not taken. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, ThisError, PartialEq, Eq)]
pub enum SessionError {
    /// Not the shape of a session.
    #[error("A cached session is {{ session, user }}, both objects")]
    NotASession,
    /// No expiry, or one that is no date.
    #[error("session.expiresAt must be a Date or an ISO 8601 string that names a moment")]
    BadExpiry,
    /// Nobody could be signed out by it.
    #[error("session.userId and user.id must be strings or whole numbers")]
    BadUser,
}

impl RoomError for SessionError {
    fn code(&self) -> &'static str {
        "invalid_session"
    }
}

/// What `set` needs to know of a session.
pub(super) struct Checked {
    pub text: JsString,
    pub expires_at: f64,
    pub user_id: Option<String>,
}

pub(super) fn session_key(entry: &Listed) -> Option<JsString> {
    let metadata = entry.metadata.is_object().then(|| entry.metadata.clone())?;
    metadata
        .unchecked_into::<Indexed>()
        .key()
        .ok()?
        .dyn_into()
        .ok()
}

fn fields(value: JsValue) -> Option<Fields> {
    value.is_object().then(|| value.unchecked_into())
}

// The expiry of a parsed value in ms, if the value is a session.
pub(super) fn expiry(value: &JsValue) -> Option<f64> {
    Some(session_expiry(value)).filter(|expires_at| !expires_at.is_nan())
}

// By way of its JSON: what is checked is what will be read, and a `Date` is ISO there.
pub(super) fn check_session(data: &JsValue) -> Result<Checked, Error> {
    let stringify = |value| json::stringify(value, SESSION, "invalid_session");
    let text = stringify(data)?;
    let value = json::parse(&text).ok_or(SessionError::NotASession)?;
    let parsed = value.is_object().then(|| value.unchecked_ref::<Session>());
    let parsed = parsed.ok_or(SessionError::NotASession)?;
    let session = fields(parsed.session()).ok_or(SessionError::NotASession)?;
    fields(parsed.user()).ok_or(SessionError::NotASession)?;
    let expires_at = expiry(&value).ok_or(SessionError::BadExpiry)?;
    let user_id = session_user(&value).ok_or(SessionError::BadUser)?;
    let iso = session
        .expires_at()
        .as_string()
        .is_some_and(|text| date::is_iso(&text));
    let text = if iso {
        text
    } else {
        session.set_expires_at(&Date::new(&expires_at.into()).to_iso_string());
        stringify(&value)?
    };
    Ok(Checked {
        text,
        expires_at,
        user_id: Some(user_id).filter(|id| !id.is_empty()),
    })
}

/// Whose a session is that [`expiry`] has found to be one.
pub(super) fn owner(value: &JsValue) -> Option<String> {
    session_user(value).filter(|id| !id.is_empty())
}

/// Whether a loader says that there is no session: by null, undefined, or both parts null.
pub(super) fn is_none(data: &JsValue) -> bool {
    if !data.is_object() {
        return data.is_null() || data.is_undefined();
    }
    says_none(data)
}

/// When the data of a cached session was read, on the clock of its user's object.
pub(super) fn as_of(metadata: &JsValue) -> Option<f64> {
    let metadata = metadata
        .is_object()
        .then(|| metadata.unchecked_ref::<Dated>())?;
    metadata.as_of().ok()?.as_f64()
}
