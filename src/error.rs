//! One error type with stable codes. No message holds a token, a key or a value.

use js_sys::{Array, Reflect};
use serde::Serialize;
use thiserror::Error as ThisError;
use wasm_bindgen::prelude::*;

use crate::auth_storage::model::AuthStorageError;
use crate::cart::model::CartError;
use crate::coordination::error::CoordinationError;
use crate::host::task::Failure;
use crate::kv::key::KeyError;
use crate::kv::ttl::TtlError;
use crate::protocol::name::NameError;
use crate::rate_limit::limit::LimitError;
use crate::session::cache::SessionError;
use crate::session::id::IdError;
use crate::session::record::RecordError;
use crate::stub::retry::Flags;

/// Everything a public call can fail with.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A key KV would refuse.
    #[error("{0}")]
    InvalidKey(#[from] KeyError),
    /// A TTL nobody can mean.
    #[error("{0}")]
    InvalidTtl(#[from] TtlError),
    /// Not a session, or one without an expiry.
    #[error("{0}")]
    InvalidSession(#[from] SessionError),
    /// Not a record of the session store.
    #[error("{0}")]
    InvalidRecord(#[from] RecordError),
    /// A limit, window or cost out of bounds.
    #[error("{0}")]
    InvalidLimit(#[from] LimitError),
    /// No name of an object.
    #[error("{0}")]
    InvalidName(#[from] NameError),
    /// A lock or a counter refuses.
    #[error("{0}")]
    Coordination(#[from] CoordinationError),
    /// A cart refuses.
    #[error("{0}")]
    Cart(#[from] CartError),
    /// A value JSON cannot say.
    #[error(
        "the value cannot be stored as JSON: it is undefined, a function, a symbol or a BigInt, or refers to itself"
    )]
    InvalidValue,
    /// A value beyond KV's limit; its size in bytes.
    #[error("the value has {0} bytes of UTF-8; KV takes at most 25 MiB (26214400)")]
    ValueTooLarge(u64),
    /// Metadata beyond KV's limit; its size in bytes.
    #[error("the metadata has {0} bytes of JSON; KV takes at most 1024")]
    MetadataTooLarge(u64),
    /// What is stored is not what was asked for.
    #[error("what stands under the key is no JSON")]
    NotJson,
    /// Something this handle or this option cannot do.
    #[error("{0}")]
    Unsupported(&'static str),
    /// KV failed.
    #[error("KV {operation} {reason}")]
    Kv {
        /// What was asked of KV.
        operation: KvOperation,
        /// How it failed.
        reason: KvReason,
        /// What the handle threw.
        cause: JsValue,
    },
    /// Some were done, the rest was not.
    #[error("stopped after {done}: {why}. Call again for the rest")]
    Partial {
        /// How many were deleted.
        done: usize,
        /// Why the rest was not.
        why: &'static str,
        /// The keys that are left, where they are known; a non-enumerable property of the error.
        keys: Array,
        /// The first failure, where there was one.
        cause: JsValue,
    },
    /// A call on an object failed.
    #[error("The Durable Object {reason}")]
    Object {
        /// How it failed.
        reason: ObjectReason,
        /// What the stub threw.
        cause: JsValue,
    },
    /// The object refused a call: `{ code, message, retryable }`.
    #[error("the object refused the call")]
    Refused(JsValue),
    /// An object's storage refused a statement.
    #[error("the object's storage failed (see cause)")]
    Storage(JsValue),
    /// What the auth storage refuses.
    #[error("{0}")]
    AuthStorage(#[from] AuthStorageError),
    /// Nothing was there and nothing came of the call; internal, so that no tables are made.
    #[error("nothing")]
    Nothing,
    /// A newer version of this package has written to the object.
    #[error(
        "the object's tables are of a newer version of @codex/cloudflare-clients than its class: deploy that version again"
    )]
    NewerSchema,
    /// Somebody else was faster, or something was revoked on the way.
    #[error("{0}")]
    Conflict(&'static str),
    /// An object holds as much as it may.
    #[error("{0}")]
    LimitExceeded(&'static str),
    /// An id that cannot name an object.
    #[error("{0}")]
    InvalidId(#[from] IdError),
    /// What the user's own function threw; it reaches the caller as it is.
    #[error("the loader failed")]
    Thrown(JsValue),
}

/// An operation of the KV handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KvOperation {
    /// `get` or `getWithMetadata`.
    Get,
    /// `put`.
    Put,
    /// `delete`.
    Delete,
    /// `list`.
    List,
}

impl std::fmt::Display for KvOperation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Delete => "delete",
            Self::List => "list",
        })
    }
}

/// How KV failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum KvReason {
    /// More than one write a second to one key.
    #[error("was refused with 429: KV takes one write a second to a key. Retry after a second")]
    RateLimited,
    /// The time limit passed.
    #[error("did not answer within the time limit")]
    TimedOut,
    /// Anything else.
    #[error("failed (see cause). Retry, or go on without the cache")]
    Unavailable,
}

/// How a call on an object failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum ObjectReason {
    /// The time limit passed; whether the object did its work is unknown.
    #[error(
        "did not answer within the time limit. Whether it did its work is unknown: with the same idempotency key the call can be made again"
    )]
    TimedOut,
    /// More requests than one object can take.
    #[error(
        "has more requests than one object can take (see cause). Call again later, not at once"
    )]
    Overloaded,
    /// The object's own code threw.
    #[error("failed: its own code threw (see cause)")]
    Threw,
    /// It could not be reached, or was reset on the way.
    #[error("could not be reached (see cause). Retry")]
    Unavailable,
}

impl ObjectReason {
    /// What the runtime's flags say.
    pub const fn of(flags: Flags) -> Self {
        if flags.overloaded {
            Self::Overloaded
        } else if flags.remote && !flags.retryable {
            Self::Threw
        } else {
            Self::Unavailable
        }
    }

    /// The error with what the stub threw.
    pub const fn because(self, cause: JsValue) -> Error {
        Error::Object {
            reason: self,
            cause,
        }
    }
}

impl KvOperation {
    /// The error of this operation.
    pub fn failed(self, failure: Failure) -> Error {
        let (reason, cause) = match failure {
            Failure::TimedOut => (KvReason::TimedOut, JsValue::UNDEFINED),
            Failure::Threw(cause) if is_rate_limit(&cause) => (KvReason::RateLimited, cause),
            Failure::Threw(cause) => (KvReason::Unavailable, cause),
        };
        self.because(reason, cause)
    }

    /// The error of this operation, with what the handle threw.
    pub const fn because(self, reason: KvReason, cause: JsValue) -> Error {
        Error::Kv {
            operation: self,
            reason,
            cause,
        }
    }
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

#[derive(Serialize)]
struct Plain {
    code: &'static str,
    message: String,
    retryable: bool,
}

impl Error {
    /// One invocation cannot reach all of them.
    pub fn out_of_operations(done: usize, keys: Array) -> Self {
        let why = "one Worker invocation can make 1,000 KV operations";
        Self::Partial {
            done,
            why,
            keys,
            cause: JsValue::UNDEFINED,
        }
    }

    /// This error, met after `done` deletions that stand.
    pub fn after(self, done: usize, keys: Array) -> Self {
        let (why, cause) = match self {
            Self::Kv { cause, .. } => ("KV failed (see cause)", cause),
            Self::Object { cause, .. } => ("Durable Objects failed (see cause)", cause),
            Self::Refused(refusal) => ("a Durable Object refused (see cause)", refusal),
            other => return other,
        };
        Self::Partial {
            done,
            why,
            keys,
            cause,
        }
    }

    /// Whether an object could not do its work: what `onUnavailable` is about.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Object { .. } => true,
            Self::Refused(reply) => {
                Reflect::get(reply, &"code".into()).is_ok_and(|code| code == "object_unavailable")
            }
            _ => false,
        }
    }

    /// The stable code of the public error class.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidKey(_) | Self::InvalidName(_) | Self::InvalidId(_) => "invalid_key",
            Self::InvalidTtl(_) => "invalid_ttl",
            Self::InvalidSession(_) | Self::InvalidRecord(_) => "invalid_session",
            Self::InvalidLimit(_) => "invalid_limit",
            Self::Coordination(error) => error.code(),
            Self::Cart(error) => error.code(),
            Self::InvalidValue | Self::NotJson => "invalid_value",
            Self::ValueTooLarge(_) | Self::MetadataTooLarge(_) => "value_too_large",
            Self::Unsupported(_) => "unsupported",
            Self::Kv {
                reason: KvReason::RateLimited,
                ..
            } => "kv_rate_limited",
            Self::Kv {
                reason: KvReason::TimedOut,
                ..
            } => "timeout",
            Self::Kv {
                reason: KvReason::Unavailable,
                ..
            } => "kv_unavailable",
            Self::Object {
                reason: ObjectReason::TimedOut,
                ..
            } => "timeout",
            Self::Object {
                reason: ObjectReason::Overloaded,
                ..
            } => "object_overloaded",
            Self::Object { .. } | Self::Storage(_) | Self::Refused(_) => "object_unavailable",
            Self::AuthStorage(error) => error.code(),
            Self::NewerSchema => "misconfigured",
            Self::Nothing => "nothing",
            Self::Conflict(_) => "conflict",
            Self::LimitExceeded(_) => "limit_exceeded",
            Self::Partial { .. } => "partial_failure",
            Self::Thrown(_) => "thrown",
        }
    }

    /// Whether the same call may succeed later.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Kv { .. } | Self::Partial { .. } | Self::Storage(_) | Self::Conflict(_) => true,
            Self::Cart(error) => matches!(error, CartError::Changed | CartError::Merging),
            Self::Object { reason, .. } => !matches!(reason, ObjectReason::Threw),
            _ => false,
        }
    }

    /// What `host::fail` takes: the error, and whether it goes to the caller as it is.
    pub(crate) fn into_js(self) -> (JsValue, bool) {
        if let Self::Refused(reply) = self {
            return (reply, false);
        }
        let plain = Plain {
            code: self.code(),
            message: self.to_string(),
            retryable: self.retryable(),
        };
        let (cause, keys) = match self {
            Self::Thrown(error) => return (error, true),
            Self::Kv { cause, .. } | Self::Object { cause, .. } | Self::Storage(cause) => {
                (cause, None)
            }
            Self::Partial { cause, keys, .. } => (cause, Some(keys)),
            _ => (JsValue::UNDEFINED, None),
        };
        let error = serde_wasm_bindgen::to_value(&plain).unwrap_or_default();
        // Setting a property of a plain object that was made above does not fail.
        if !cause.is_undefined() {
            let _ = Reflect::set(&error, &"cause".into(), &cause);
        }
        if let Some(keys) = keys {
            let _ = Reflect::set(&error, &"keys".into(), &keys);
        }
        (error, false)
    }
}

#[cfg(test)]
mod tests;
