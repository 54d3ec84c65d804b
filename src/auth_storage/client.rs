//! The Worker's side: checks what is cheaper to refuse here, and calls the key's own object.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::model::{self, AuthStorageError, MAX_VALUE_BYTES, Operation, Rule};
use crate::error::Error;
use crate::host::task::CallResult;
use crate::host::values::byte_length;
use crate::kv::ttl::{self, TtlError};
use crate::protocol::call_time::CallTime;
use crate::stub::call::Namespace;

#[wasm_bindgen]
extern "C" {
    type Text;
    #[wasm_bindgen(method, structural, js_name = isWellFormed)]
    fn is_well_formed(this: &Text) -> bool;
}

/// The auth storage behind one namespace, for the length of a call. Each key is an object of its own.
pub struct AuthStorage {
    /// The namespace.
    pub objects: Namespace,
}

impl AuthStorage {
    /// Makes one call. `args` are those of the object's method: an idempotency key for all that write,
    /// then the call's own.
    ///
    /// # Errors
    /// A key or an argument out of bounds, a value that is not a count, or the object failed.
    pub async fn call(
        &self,
        asked: Operation,
        key: &JsString,
        mut args: Vec<JsValue>,
    ) -> CallResult {
        model::check_key(byte_length(key))?;
        let operation = match check(asked, &args)? {
            Checked::Known(result) => return Ok(result),
            Checked::Ask(operation) => operation,
        };
        if operation != asked {
            args.truncate(1);
        }
        let time = if operation == Operation::Get {
            CallTime::Omitted
        } else {
            CallTime::Sent
        };
        let value = self
            .objects
            .call(key, operation.method(), &args, time)
            .await?;
        if matches!(operation, Operation::Get | Operation::Take) {
            self.objects.report.hit(!value.is_null());
        }
        Ok(value)
    }
}

/// What is known before an object is asked.
enum Checked {
    Ask(Operation),
    Known(JsValue),
}

fn check(operation: Operation, args: &[JsValue]) -> Result<Checked, Error> {
    let number = |n: usize| args.get(n).map_or(f64::NAN, number_of);
    match operation {
        Operation::Set => {
            args.get(1)
                .ok_or(AuthStorageError::NotText)
                .and_then(value_of)?;
            match args.get(2).map_or(Ok(None), ttl_of)? {
                // better-auth passes it for a session in its last second: over at once.
                Some(0.0) => return Ok(Checked::Ask(Operation::Delete)),
                Some(seconds) => ttl::check(seconds)?,
                None => {}
            }
        }
        Operation::Increment => ttl::check(number(1))?,
        Operation::Consume => {
            let rule = Rule {
                window: number(1),
                max: number(2),
            };
            if !rule.admits()? {
                return Ok(Checked::Known(rule.window.ceil().into()));
            }
        }
        Operation::Get | Operation::Delete | Operation::Take => {}
    }
    Ok(Checked::Ask(operation))
}

/// A value that may be stored.
///
/// # Errors
/// [`AuthStorageError`] for anything but text within bounds.
pub fn value_of(value: &JsValue) -> Result<JsString, AuthStorageError> {
    let text: &JsString = value.dyn_ref().ok_or(AuthStorageError::NotText)?;
    // A UTF-16 unit is at most three bytes of UTF-8.
    if f64::from(text.length()) * 3.0 > MAX_VALUE_BYTES {
        let bytes = byte_length(text);
        if bytes > MAX_VALUE_BYTES {
            return Err(AuthStorageError::TooLarge(bytes as u64));
        }
    }
    // A lone surrogate would be another text when it is read.
    if !text.unchecked_ref::<Text>().is_well_formed() {
        return Err(AuthStorageError::NotUnicode);
    }
    Ok(text.clone())
}

/// A TTL in seconds, if there is one.
///
/// # Errors
/// [`TtlError`] for what is there and no number.
pub fn ttl_of(ttl: &JsValue) -> Result<Option<f64>, TtlError> {
    if ttl.is_undefined() || ttl.is_null() {
        return Ok(None);
    }
    ttl.as_f64().map(Some).ok_or(TtlError::NotPositive)
}

/// A number; NaN for anything else, which all checks refuse.
pub fn number_of(number: &JsValue) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}
