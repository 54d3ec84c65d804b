//! The object's side: one value or counter in one row, and the mutations that it remembers.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::statements::{READ, RECALL, REMEMBER, TRIM, TRIM_LARGE, WRITE};
use crate::auth_storage::counter::{self, Counter, Rule, Verdict};
use crate::auth_storage::error::AuthStorageError;
use crate::auth_storage::model::{self, Keeping, MAX_REMEMBERED, Operation, TRIM_EVERY};
use crate::error::Error;
use crate::object::migrations::NewerSchema;
use crate::object::storage::Storage;

/// One object at one moment, inside the transaction that its class has opened.
pub struct AuthStorageObject {
    /// Where it keeps its state.
    pub storage: Storage,
    /// The time in ms since the epoch.
    pub now: f64,
}

/// What the one row says.
struct Held {
    value: Option<JsString>,
    keeping: Keeping,
    sequence: u32,
}

/// A call that is to be applied once.
pub struct Once {
    /// Which mutation it is.
    pub operation: Operation,
    /// Its idempotency key.
    pub key: JsString,
    /// When it was made, as its caller knows the object's clock; older clients do not say.
    pub sent: Option<f64>,
}

impl Held {
    // What has not expired.
    fn live(&self, now: f64) -> Option<&JsString> {
        self.value
            .as_ref()
            .filter(|_| !model::expired(self.keeping.expires_at, now))
    }

    fn counter(&self, now: f64) -> Result<Option<Counter>, Error> {
        let Some(text) = self.live(now) else {
            return Ok(None);
        };
        Ok(Some(Counter {
            count: counter::count_of(&String::from(text))?,
            expires_at: self.keeping.expires_at,
        }))
    }
}

impl AuthStorageObject {
    /// The value, or null.
    ///
    /// # Errors
    /// The storage failed.
    pub fn get(&self) -> Result<JsValue, Error> {
        Ok(or_null(self.held()?.live(self.now)))
    }

    /// Sets the value until `ttl` seconds from now, or without an end.
    ///
    /// # Errors
    /// A TTL out of range, or the storage failed.
    pub fn set(&self, once: &Once, value: &JsString, ttl: Option<f64>) -> Result<JsValue, Error> {
        let expires_at = ttl.map(|ttl| model::expiry(ttl, self.now)).transpose()?;
        self.once(once, |held| {
            self.write(held, once, Some(value), expires_at, &JsValue::NULL)?;
            Ok(JsValue::NULL)
        })
    }

    /// Deletes the value; a missing one is not an error.
    ///
    /// # Errors
    /// The storage failed.
    pub fn delete(&self, once: &Once) -> Result<JsValue, Error> {
        self.once(once, |held| {
            // Also where nothing was: a copy that comes late must not delete what was set since.
            if held.value.is_some() || once.sent.is_some() {
                self.write(held, once, None, None, &JsValue::NULL)?;
            }
            Ok(JsValue::NULL)
        })
    }

    /// The value, which is deleted; null for all but the first.
    ///
    /// # Errors
    /// The storage failed.
    pub fn take(&self, once: &Once) -> Result<JsValue, Error> {
        self.once(once, |held| {
            let value = or_null(held.live(self.now));
            if !value.is_null() || once.sent.is_some() {
                self.write(held, once, None, None, &value)?;
            }
            Ok(value)
        })
    }

    /// Counts one and returns the count. A new counter ends after `ttl` seconds.
    ///
    /// # Errors
    /// A TTL out of range, a value that is not a count, or the storage failed.
    pub fn increment(&self, once: &Once, ttl: f64) -> Result<JsValue, Error> {
        self.once(once, |held| {
            let next = counter::increment(held.counter(self.now)?, ttl, self.now)?;
            let result = JsValue::from_f64(next.count as f64);
            self.write_counter(held, once, next, &result)?;
            Ok(result)
        })
    }

    /// Counts one request where the rule admits it. Returns 0 for an admitted one, else the seconds
    /// to wait; a refused one writes nothing.
    ///
    /// # Errors
    /// What is no rule, a value that is not a count, or the storage failed.
    pub fn consume(&self, once: &Once, rule: Rule) -> Result<JsValue, Error> {
        self.once(once, |held| {
            match counter::consume(held.counter(self.now)?, rule, self.now)? {
                Verdict::Allowed(next) => {
                    let result = JsValue::from_f64(0.0);
                    self.write_counter(held, once, next, &result)?;
                    Ok(result)
                }
                Verdict::Refused(seconds) => Ok(JsValue::from_f64(seconds)),
            }
        })
    }

    /// Whether nothing is left to keep; else the next alarm is set where one is needed.
    ///
    /// # Errors
    /// The storage failed.
    pub fn alarm(&self) -> Result<bool, Error> {
        let keeping = self.held()?.keeping;
        let ends = keeping.ends();
        if model::expired(ends, self.now) {
            return Ok(true);
        }
        if let Some(at) = ends {
            self.storage.set_alarm(at)?;
        }
        let alarm_at = number_or_null(ends);
        self.storage
            .run("UPDATE held SET alarm_at = ?", &[alarm_at])?;
        Ok(false)
    }

    fn held(&self) -> Result<Held, Error> {
        let row = self.storage.row(READ, &[])?.ok_or(NewerSchema)?;
        let value = row.text(0);
        let keeping = Keeping {
            holds: value.is_some(),
            expires_at: row.value(1).as_f64(),
            remembered_until: row.number(2),
            alarm_at: row.value(3).as_f64(),
        };
        Ok(Held {
            value,
            keeping,
            sequence: row.number(4) as u32,
        })
    }

    // A call that was applied before returns what it returned then.
    fn once(
        &self,
        once: &Once,
        apply: impl FnOnce(&Held) -> Result<JsValue, Error>,
    ) -> Result<JsValue, Error> {
        let args = [JsValue::from(&once.key), self.now.into()];
        let Some(row) = self.storage.row(RECALL, &args)? else {
            return apply(&self.held()?);
        };
        if row.number(0) != f64::from(once.operation as u8) {
            return Err(AuthStorageError::KeyReused.into());
        }
        Ok(row.value(1))
    }

    fn write_counter(
        &self,
        held: &Held,
        once: &Once,
        next: Counter,
        result: &JsValue,
    ) -> Result<(), Error> {
        let text = JsString::from(next.count.to_string());
        self.write(held, once, Some(&text), next.expires_at, result)
    }

    fn write(
        &self,
        held: &Held,
        once: &Once,
        value: Option<&JsString>,
        expires_at: Option<f64>,
        result: &JsValue,
    ) -> Result<(), Error> {
        let until = model::remember_until(once.operation, expires_at, once.sent, self.now);
        let mut keeping = Keeping {
            holds: value.is_some(),
            expires_at,
            remembered_until: held.keeping.remembered_until.max(until),
            alarm_at: held.keeping.alarm_at,
        };
        if let Some(at) = keeping.alarm() {
            self.storage.set_alarm(at)?;
            keeping.alarm_at = Some(at);
        }
        let sequence = held.sequence.wrapping_add(1);
        self.storage.run(
            WRITE,
            &[
                or_null(value),
                number_or_null(expires_at),
                keeping.remembered_until.into(),
                number_or_null(keeping.alarm_at),
                sequence.into(),
            ],
        )?;
        self.remember(once, result, sequence, until)
    }

    fn remember(
        &self,
        once: &Once,
        result: &JsValue,
        sequence: u32,
        until: f64,
    ) -> Result<(), Error> {
        let operation = JsValue::from(once.operation as u8);
        let key = JsValue::from(&once.key);
        let row = [
            key,
            operation,
            result.clone(),
            sequence.into(),
            until.into(),
        ];
        self.storage.run(REMEMBER, &row)?;
        if once.operation == Operation::Take {
            self.storage.run(TRIM_LARGE, &[])?;
        }
        if sequence.is_multiple_of(TRIM_EVERY) {
            let oldest = JsValue::from(sequence.saturating_sub(MAX_REMEMBERED));
            self.storage.run(TRIM, &[oldest, self.now.into()])?;
        }
        Ok(())
    }
}

fn or_null(text: Option<&JsString>) -> JsValue {
    text.map_or(JsValue::NULL, JsValue::from)
}

fn number_or_null(number: Option<f64>) -> JsValue {
    number.map_or(JsValue::NULL, JsValue::from_f64)
}
