//! What an object refused a call with.

use thiserror::Error;
use wasm_bindgen::JsValue;

use crate::error::{Error, RoomError};
use crate::host::namespace::reply_refusal;

/// The object refused the call.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Refusal {
    code: &'static str,
    message: String,
    reply: JsValue,
}

// The codes that our classes refuse with.
const CODES: [&str; 13] = [
    "invalid_key",
    "invalid_ttl",
    "invalid_value",
    "invalid_session",
    "invalid_limit",
    "value_too_large",
    "unsupported",
    "object_unavailable",
    "timeout",
    "forbidden",
    "conflict",
    "limit_exceeded",
    "misconfigured",
];

const RETRYABLE: [&str; 3] = ["conflict", "object_unavailable", "timeout"];

const OTHER_CLASS: &str = "The Durable Object returned something else than the class of @codex/cloudflare-clients/durable-objects that this client calls. Check class_name of the binding";

impl Refusal {
    /// Of a reply that carries no value.
    pub fn of(reply: JsValue) -> Self {
        let said = reply_refusal(&reply).and_then(|said| {
            let [code, message] = <[String; 2]>::try_from(said).ok()?;
            // One of a later version: its message says what it means.
            let known = CODES.into_iter().find(|known| *known == code);
            Some((known.unwrap_or("unsupported"), message))
        });
        let (code, message) = said.unwrap_or_else(|| ("misconfigured", OTHER_CLASS.to_owned()));
        Self {
            code,
            message,
            reply,
        }
    }

    /// Of a reply that is not what the method returns.
    pub fn of_other_class() -> Error {
        Self::of(JsValue::UNDEFINED).into()
    }
}

impl RoomError for Refusal {
    fn code(&self) -> &'static str {
        self.code
    }

    fn retryable(&self) -> bool {
        RETRYABLE.contains(&self.code)
    }

    fn failure(&self) -> Option<(&'static str, &JsValue)> {
        Some(("a Durable Object refused (see cause)", &self.reply))
    }
}
