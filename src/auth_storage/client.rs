//! The Worker's side: checks what is cheaper to refuse here, and calls the key's own object.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::argument::{check_key, check_value};
use super::counter::Rule;
use super::error::AuthStorageError;
use super::model::{Operation, TTL};
use crate::error::Error;
use crate::host::task::CallResult;
use crate::host::values::byte_length;
use crate::kv::ttl;
use crate::protocol::call_time::CallTime;
use crate::stub::call::Namespace;

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
        check_key(byte_length(key))?;
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

// JavaScript has checked the types.
fn check(operation: Operation, args: &[JsValue]) -> Result<Checked, Error> {
    let number = |n: usize| args.get(n).and_then(JsValue::as_f64);
    let required = |n: usize| number(n).unwrap_or(f64::NAN);
    match operation {
        Operation::Set => {
            let value: Option<&JsString> = args.get(1).and_then(|value| value.dyn_ref());
            check_value(value.ok_or(AuthStorageError::NotText)?)?;
            match number(2) {
                // better-auth passes it for a session in its last second: over at once.
                Some(0.0) => return Ok(Checked::Ask(Operation::Delete)),
                Some(seconds) => ttl::check(seconds, TTL)?,
                None => {}
            }
        }
        Operation::Increment => ttl::check(required(1), TTL)?,
        Operation::Consume => {
            let rule = Rule {
                window: required(1),
                max: required(2),
            };
            if !rule.admits()? {
                return Ok(Checked::Known(rule.window.ceil().into()));
            }
        }
        Operation::Get | Operation::Delete | Operation::Take => {}
    }
    Ok(Checked::Ask(operation))
}
