//! How an operation of KV failed.

use js_sys::Reflect;
use thiserror::Error;
use wasm_bindgen::prelude::*;

use crate::error::{Error, RoomError};
use crate::host::namespace::failure_flags;
use crate::host::task::Failure;
use crate::stub::retry::{Flags, OUTSIDE};

/// KV failed.
#[derive(Debug, Error)]
#[error("KV {operation} {reason}")]
pub struct KvFailure {
    /// What was asked of KV.
    pub operation: KvOperation,
    /// How it failed.
    pub reason: KvReason,
    /// What the handle threw.
    pub cause: JsValue,
}

/// An operation of the KV handle.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KvOperation {
    /// `get` or `getWithMetadata`.
    #[error("get")]
    Get,
    /// `put`.
    #[error("put")]
    Put,
    /// `delete`.
    #[error("delete")]
    Delete,
    /// `list`.
    #[error("list")]
    List,
}

/// How KV failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KvReason {
    /// More than one write a second to one key.
    #[error("was refused with 429: KV takes one write a second to a key. Retry after a second")]
    RateLimited,
    /// The time limit passed.
    #[error("did not answer within the time limit")]
    TimedOut,
    /// The handle takes no such call.
    #[error("failed with a TypeError (see cause). Check that the handle is a KV namespace")]
    NoNamespace,
    /// It was called at module scope.
    #[error("{OUTSIDE}")]
    Outside,
    /// Anything else.
    #[error("failed (see cause). Retry, or go on without KV")]
    Unavailable,
}

impl RoomError for KvFailure {
    fn code(&self) -> &'static str {
        match self.reason {
            KvReason::RateLimited => "kv_rate_limited",
            KvReason::TimedOut => "timeout",
            KvReason::NoNamespace => "invalid_handle",
            KvReason::Outside => "misconfigured",
            KvReason::Unavailable => "kv_unavailable",
        }
    }

    fn retryable(&self) -> bool {
        !matches!(self.reason, KvReason::NoNamespace | KvReason::Outside)
    }

    fn failure(&self) -> Option<(&'static str, &JsValue)> {
        Some(("KV failed (see cause)", &self.cause))
    }
}

impl KvOperation {
    /// The error of this operation.
    pub fn failed(self, failure: Failure) -> Error {
        let (reason, cause) = match failure {
            Failure::TimedOut => (KvReason::TimedOut, JsValue::UNDEFINED),
            Failure::Threw(cause) if is_rate_limit(&cause) => (KvReason::RateLimited, cause),
            Failure::Threw(cause) => {
                let flags = Flags::from_bits(failure_flags(&cause));
                let reason = if flags.outside {
                    KvReason::Outside
                } else if flags.no_namespace {
                    KvReason::NoNamespace
                } else {
                    KvReason::Unavailable
                };
                (reason, cause)
            }
        };
        let operation = self;
        KvFailure {
            operation,
            reason,
            cause,
        }
        .into()
    }
}

/// Whether KV refused a write since another one of the same key was made within the same second.
pub fn was_rate_limited(error: &Error) -> bool {
    let failure: Option<&KvFailure> = error.of_room();
    failure.is_some_and(|failure| failure.reason == KvReason::RateLimited)
}

// "KV PUT failed: 429 Too Many Requests" is all that production says.
fn is_rate_limit(cause: &JsValue) -> bool {
    cause.is_object()
        && Reflect::get(cause, &"message".into())
            .ok()
            .and_then(|message| message.as_string())
            .is_some_and(|message| names_429(&message))
}

fn names_429(message: &str) -> bool {
    message
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word == "429")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_429_is_a_rate_limit() {
        assert!(names_429("KV PUT failed: 429 Too Many Requests"));
        assert!(names_429("429"));
        assert!(!names_429("KV GET failed: 414 length of 4290 exceeds"));
        assert!(!names_429("KV PUT failed: 500"));
    }
}
