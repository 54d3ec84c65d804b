//! One error type with stable codes. No message holds a token, a key or a value.
//!
//! Every room has an error of its own and says by [`RoomError`] what users are told of it. Here is only what is no
//! room's own, so that this file imports none of them.

use std::any::Any;
use std::fmt;

use js_sys::Array;
use thiserror::Error as ThisError;
use wasm_bindgen::prelude::*;

use crate::host::driver::{fail, fail_with};

/// An error of one room. Its `Display` is the message that users see.
pub trait RoomError: Any + fmt::Display {
    /// The stable code of the public error class.
    fn code(&self) -> &'static str;

    /// Whether the same call may succeed later.
    fn retryable(&self) -> bool {
        false
    }

    /// What failed outside, in words, and what it threw; nothing for what the room itself refuses.
    fn failure(&self) -> Option<(&'static str, &JsValue)> {
        None
    }
}

impl fmt::Debug for dyn RoomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl<E: RoomError> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Room(Box::new(error))
    }
}

/// JavaScript has made the error, since it knows where in the value.
#[derive(Debug)]
pub struct NotJsonable {
    /// Its code.
    pub code: &'static str,
    /// The error.
    pub error: JsValue,
}

/// How far a call came.
#[derive(Debug, ThisError)]
#[error("Stopped after {done}: {why}. {next}")]
pub struct Partial {
    /// How many were deleted.
    pub done: usize,
    /// Why the rest was not.
    why: &'static str,
    /// What to do about the rest.
    next: &'static str,
    /// The keys that are left, where they are known; a non-enumerable property of the error.
    keys: Option<Array>,
    /// The first failure, where there was one.
    cause: JsValue,
}

/// Everything a public call can fail with. Every step of a call returns it, so what is large is in a box.
#[derive(Debug, ThisError)]
pub enum Error {
    /// What a room says.
    #[error("{0}")]
    Room(Box<dyn RoomError>),
    /// A value of which JSON would lose something.
    #[error("The value cannot be stored as JSON")]
    NotJsonable(Box<NotJsonable>),
    /// What is stored is not what was asked for.
    #[error("The stored value is not valid JSON")]
    NotJson,
    /// Something this handle or this option cannot do.
    #[error("{0}")]
    Unsupported(&'static str),
    /// JavaScript asks for something that this module does not have: two versions of the package are mixed.
    #[error("The operation is unknown: files of two versions of the package are mixed")]
    UnknownOperation,
    /// Some were done, the rest was not.
    #[error("{0}")]
    Partial(Box<Partial>),
    /// One invocation cannot read all of them.
    #[error(
        "One Worker invocation can make 1,000 KV operations, and so many keys take more: ask for fewer"
    )]
    TooManyKeys,
    /// Somebody else was faster, or something was revoked on the way.
    #[error("{0}")]
    Conflict(&'static str),
    /// An object holds as much as it may.
    #[error("{0}")]
    LimitExceeded(&'static str),
    /// What the user's own function threw; it reaches the caller as it is.
    #[error("The loader failed")]
    Thrown(JsValue),
}

impl Error {
    /// One invocation cannot reach all of them.
    pub fn out_of_operations(done: usize, keys: Option<Array>) -> Self {
        let next = if keys.is_some() {
            "Call it again with error.keys in another invocation, such as that of a queue message"
        } else {
            "Call it again in another invocation for the rest"
        };
        let why = "one Worker invocation can make 1,000 KV operations";
        let cause = JsValue::UNDEFINED;
        Self::Partial(Box::new(Partial {
            done,
            why,
            next,
            keys,
            cause,
        }))
    }

    /// This error, met after `done` deletions that stand. What is bound or called wrongly stays what it is: to call it again
    /// would be of no use.
    pub fn after(self, done: usize, keys: Option<Array>) -> Self {
        let (why, cause) = match &self {
            Self::Room(error) if !self.is_misuse() => match error.failure() {
                Some((why, cause)) => (why, cause.clone()),
                None => return self,
            },
            _ => return self,
        };
        let next = if keys.is_some() {
            "Call it again with error.keys"
        } else {
            "Call it again for the rest"
        };
        Self::Partial(Box::new(Partial {
            done,
            why,
            next,
            keys,
            cause,
        }))
    }

    /// The error of a room, if it is of that kind.
    pub fn of_room<E: RoomError>(&self) -> Option<&E> {
        match self {
            Self::Room(error) => {
                let error: &dyn Any = error.as_ref();
                error.downcast_ref()
            }
            _ => None,
        }
    }

    /// The stable code of the public error class.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Room(error) => error.code(),
            Self::NotJsonable(refused) => refused.code,
            Self::NotJson => "invalid_value",
            Self::Unsupported(_) => "unsupported",
            Self::UnknownOperation => "misconfigured",
            Self::Conflict(_) => "conflict",
            Self::LimitExceeded(_) => "limit_exceeded",
            Self::Partial(_) | Self::TooManyKeys => "partial_failure",
            Self::Thrown(_) => "thrown",
        }
    }

    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Room(error) => error.retryable(),
            Self::Partial(_) | Self::Conflict(_) => true,
            _ => false,
        }
    }

    /// Whether something else is bound than the client needs: no failure, which would pass.
    pub fn is_misuse(&self) -> bool {
        matches!(self.code(), "misconfigured" | "invalid_handle")
    }

    /// Makes the running call reject with it.
    pub(crate) fn tell(self) {
        let (cause, keys) = match &self {
            Self::Thrown(error) => return fail_with(error),
            Self::NotJsonable(refused) => return fail_with(&refused.error),
            Self::Room(error) => (error.failure().map(|(_, cause)| cause), None),
            Self::Partial(partial) => (Some(&partial.cause), partial.keys.as_ref()),
            _ => (None, None),
        };
        let message = self.to_string();
        let none = JsValue::UNDEFINED;
        fail(
            self.code(),
            &message,
            self.retryable(),
            cause.unwrap_or(&none),
            keys,
        );
    }
}

#[cfg(test)]
mod tests;
