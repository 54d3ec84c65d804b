//! How a call on an object failed.

use thiserror::Error;
use wasm_bindgen::prelude::*;

use super::refusal::Refusal;
use super::retry::{Flags, OUTSIDE};
use crate::error::{Error, RoomError};

/// A call on an object failed.
#[derive(Debug, Error)]
#[error("The Durable Object {reason}")]
pub struct ObjectFailure {
    /// How it failed.
    pub reason: ObjectReason,
    /// What the stub threw.
    pub cause: JsValue,
}

/// How a call on an object failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
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
    /// It has not the method that was called.
    #[error("is of another class (see cause). Check class_name of the binding")]
    OtherClass,
    /// What was called is no namespace.
    #[error("could not be called (see cause). Check that the handle is a namespace of objects")]
    NoNamespace,
    /// Nobody runs its class.
    #[error(
        "could not be reached, since no Worker runs under the name in script_name (see cause). Start it: `npx wrangler dev` in its folder, beside `vite dev`; or correct script_name"
    )]
    NotRunning,
    /// It was called at module scope.
    #[error("{OUTSIDE}")]
    Outside,
    /// Others have failed lately, so it was not called.
    #[error(
        "was not called, since several others have failed. Within ten seconds a call is made again"
    )]
    Skipped,
    /// It could not be reached, or was reset on the way.
    #[error("could not be reached (see cause). Retry")]
    Unavailable,
}

impl RoomError for ObjectFailure {
    fn code(&self) -> &'static str {
        match self.reason {
            ObjectReason::TimedOut => "timeout",
            ObjectReason::Overloaded => "object_overloaded",
            ObjectReason::Threw
            | ObjectReason::NotRunning
            | ObjectReason::Skipped
            | ObjectReason::Unavailable => "object_unavailable",
            ObjectReason::OtherClass | ObjectReason::Outside => "misconfigured",
            ObjectReason::NoNamespace => "invalid_handle",
        }
    }

    fn retryable(&self) -> bool {
        matches!(
            self.reason,
            ObjectReason::TimedOut
                | ObjectReason::Overloaded
                | ObjectReason::NotRunning
                | ObjectReason::Skipped
                | ObjectReason::Unavailable
        )
    }

    fn failure(&self) -> Option<(&'static str, &JsValue)> {
        Some(("Durable Objects failed (see cause)", &self.cause))
    }
}

impl ObjectReason {
    /// What the runtime's flags say.
    pub const fn of(flags: Flags) -> Self {
        if flags.not_running {
            Self::NotRunning
        } else if flags.outside {
            Self::Outside
        } else if flags.other_class {
            Self::OtherClass
        } else if flags.no_namespace {
            Self::NoNamespace
        } else if flags.overloaded {
            Self::Overloaded
        } else if flags.remote && !flags.retryable {
            Self::Threw
        } else {
            Self::Unavailable
        }
    }

    /// The error with what the stub threw.
    pub fn because(self, cause: JsValue) -> Error {
        let reason = self;
        ObjectFailure { reason, cause }.into()
    }
}

/// Whether an object could not do its work: what `onUnavailable` is about.
pub fn is_unavailable(error: &Error) -> bool {
    error.of_room::<ObjectFailure>().is_some() && !error.is_misuse()
        || error.of_room::<Refusal>().is_some() && error.code() == "object_unavailable"
}
