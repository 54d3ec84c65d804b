//! The Worker's side: checks what is cheaper to refuse here, and calls the key's own object.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::model::{self, AuthStorageError, MAX_VALUE_BYTES, Rule};
use crate::host::task::Answer;
use crate::host::{byte_length, now};
use crate::kv::ttl::TtlError;
use crate::object::call::Objects;
use crate::object::model::Retry;

#[wasm_bindgen]
extern "C" {
    type Text;
    #[wasm_bindgen(method, structural, js_name = isWellFormed)]
    fn is_well_formed(this: &Text) -> bool;
}

/// The auth storage behind one namespace, for the length of a call. Each key is an object of its own.
pub struct AuthStorage {
    /// The namespace.
    pub objects: Objects,
}

impl AuthStorage {
    /// The value under a key, or null.
    ///
    /// # Errors
    /// A key out of bounds, or the object failed.
    pub async fn get(&self, key: &JsString) -> Answer {
        let value = self.call(key, "get", &[]).await?;
        self.objects.report.hit(!value.is_null());
        Ok(value)
    }

    /// Sets a value; one with a TTL of 0, which better-auth passes for a session in its last second, is
    /// over at once. `once` is the idempotency key of this and of the other mutations.
    ///
    /// # Errors
    /// A key, value or TTL out of bounds, or the object failed.
    pub async fn set(&self, key: &JsString, once: JsValue, value: JsValue, ttl: JsValue) -> Answer {
        value_of(&value)?;
        if let Some(seconds) = ttl_of(&ttl)? {
            if seconds == 0.0 {
                return self.delete(key, once).await;
            }
            model::expiry(seconds, now())?;
        }
        self.call(key, "set", &[once, value, ttl]).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// Deletes a value, there or not.
    ///
    /// # Errors
    /// A key out of bounds, or the object failed.
    pub async fn delete(&self, key: &JsString, once: JsValue) -> Answer {
        self.call(key, "delete", &[once]).await?;
        Ok(JsValue::UNDEFINED)
    }

    /// The value under a key, which is deleted: of all who ask, one gets it.
    ///
    /// # Errors
    /// A key out of bounds, or the object failed.
    pub async fn take(&self, key: &JsString, once: JsValue) -> Answer {
        let value = self.call(key, "getAndDelete", &[once]).await?;
        self.objects.report.hit(!value.is_null());
        Ok(value)
    }

    /// Counts one, and answers the count.
    ///
    /// # Errors
    /// A key or TTL out of bounds, a value that is no count, or the object failed.
    pub async fn increment(&self, key: &JsString, once: JsValue, ttl: JsValue) -> Answer {
        model::expiry(number_of(&ttl), now())?;
        self.call(key, "increment", &[once, ttl]).await
    }

    /// Counts one request where a rule admits it; answers 0, or the seconds to wait.
    ///
    /// # Errors
    /// A key or rule out of bounds, a value that is no count, or the object failed.
    pub async fn consume(
        &self,
        key: &JsString,
        once: JsValue,
        window: JsValue,
        max: JsValue,
    ) -> Answer {
        let rule = Rule {
            window: number_of(&window),
            max: number_of(&max),
        };
        if !rule.admits()? {
            return Ok(rule.window.ceil().into());
        }
        self.call(key, "consume", &[once, window, max]).await
    }

    async fn call(&self, key: &JsString, method: &'static str, args: &[JsValue]) -> Answer {
        model::check_key(byte_length(key))?;
        self.objects
            .call(key, method, args, Retry::Idempotent)
            .await
    }
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
