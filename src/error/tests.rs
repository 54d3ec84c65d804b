//! Codes and messages are public: what a room changes here, users see.

use wasm_bindgen::{JsCast, JsValue};

use super::{Error, NotJsonable};
use crate::auth_storage::error::AuthStorageError;
use crate::cart::error::CartError;
use crate::coordination::error::CoordinationError;
use crate::host::values::Shown;
use crate::kv::failure::{KvFailure, KvOperation, KvReason};
use crate::kv::key::Unfit;
use crate::kv::size::SizeError;
use crate::kv::ttl::Bounds;
use crate::object::codec::Unreadable;
use crate::object::storage::{NoSqlite, StorageFailure};
use crate::object::tables::NewerVersion;
use crate::protocol::name::{LOCK, NameError};
use crate::rate_limit::limit::LimitError;
use crate::session::cache::SessionError;
use crate::session::record::RecordError;
use crate::stub::failure::ObjectReason;

fn of_rooms() -> Vec<Error> {
    vec![
        Unfit::Empty.of("The token").into(),
        Unfit::Dots.of("The key").into(),
        Unfit::TooLong(513).of("The key").into(),
        Bounds::Positive.error(-0.5, "ttlSeconds").into(),
        Bounds::Kvs.error(59.0, "expirationTtl").into(),
        Bounds::Later.error(1.0, "expiration").into(),
        Bounds::Shorter.error(4e9, "ttl").into(),
        SessionError::NotASession.into(),
        SessionError::BadExpiry.into(),
        SessionError::BadUser.into(),
        RecordError::BadId(NameError { what: "sessionId" }).into(),
        RecordError::BadCreation.into(),
        NameError { what: LOCK }.into(),
        LimitError::Limit(Shown(-1.0)).into(),
        LimitError::Window(Shown(1.5)).into(),
        LimitError::Cost(Shown(0.0)).into(),
        LimitError::Shape.into(),
        LimitError::Count.into(),
        LimitError::Duplicate.into(),
        CoordinationError::Holder.into(),
        CoordinationError::Key.into(),
        CoordinationError::KeyReused.into(),
        CoordinationError::Amount.into(),
        CoordinationError::Overflow.into(),
        AuthStorageError::Key(0).into(),
        AuthStorageError::IdempotencyKey.into(),
        AuthStorageError::KeyReused.into(),
        AuthStorageError::NotText.into(),
        AuthStorageError::TooLarge(1_048_577).into(),
        AuthStorageError::NotCounter.into(),
        AuthStorageError::Rule.into(),
    ]
}

fn of_carts() -> Vec<Error> {
    [
        CartError::BadId,
        CartError::BadLineKey,
        CartError::BadIdempotencyKey,
        CartError::BadOwner,
        CartError::BadSku,
        CartError::BadLine,
        CartError::BadChange,
        CartError::BadQuantity,
        CartError::BadPolicy,
        CartError::BadVersion,
        CartError::BadTtl,
        CartError::SameCart,
        CartError::TooMany,
        CartError::TooManyLines,
        CartError::TooLarge,
        CartError::Forbidden,
        CartError::Changed,
        CartError::KeyReused,
        CartError::RefusedBefore("forbidden"),
        CartError::Merging,
    ]
    .map(Error::from)
    .into()
}

// An array that nobody looks into: there is no JavaScript here.
fn no_keys() -> js_sys::Array {
    JsValue::UNDEFINED.unchecked_into()
}

fn of_all() -> Vec<Error> {
    let cause = || JsValue::UNDEFINED;
    let kv = |operation, reason| -> Error {
        let cause = cause();
        KvFailure {
            operation,
            reason,
            cause,
        }
        .into()
    };
    vec![
        kv(KvOperation::Get, KvReason::TimedOut),
        kv(KvOperation::Put, KvReason::RateLimited),
        kv(KvOperation::Delete, KvReason::Unavailable),
        kv(KvOperation::List, KvReason::Unavailable),
        kv(KvOperation::Get, KvReason::NoNamespace),
        kv(KvOperation::Get, KvReason::Outside),
        ObjectReason::TimedOut.because(cause()),
        ObjectReason::Overloaded.because(cause()),
        ObjectReason::Threw.because(cause()),
        ObjectReason::Unavailable.because(cause()),
        ObjectReason::NotRunning.because(cause()),
        ObjectReason::Skipped.because(cause()),
        ObjectReason::OtherClass.because(cause()),
        ObjectReason::NoNamespace.because(cause()),
        ObjectReason::Outside.because(cause()),
        Error::NotJsonable(Box::new(NotJsonable {
            code: "invalid_value",
            error: cause(),
        })),
        SizeError::Value("The value", 26_214_401).into(),
        SizeError::Metadata(1_025).into(),
        Error::NotJson,
        Error::Unsupported("what is not supported"),
        Error::out_of_operations(7, Some(no_keys())),
        Error::out_of_operations(7, None),
        kv(KvOperation::Delete, KvReason::TimedOut).after(3, Some(no_keys())),
        ObjectReason::Threw.because(cause()).after(4, None),
        Error::TooManyKeys,
        StorageFailure(cause()).into(),
        NoSqlite(cause()).into(),
        NewerVersion.into(),
        Unreadable.into(),
        Error::Conflict("what is in the way"),
        Error::LimitExceeded("what is full"),
        Error::Thrown(cause()),
    ]
}

// One line for each: code, whether it is retryable, message.
const TABLE: &str = include_str!("public_errors.txt");

#[test]
fn codes_and_messages_stay_as_they_are() {
    let errors = of_rooms().into_iter().chain(of_carts()).chain(of_all());
    let lines = errors.map(|error| format!("{}|{}|{error}\n", error.code(), error.retryable()));
    let said: Vec<String> = lines.collect();
    let expected: Vec<&str> = TABLE.split_inclusive('\n').collect();
    assert_eq!(said, expected);
}
