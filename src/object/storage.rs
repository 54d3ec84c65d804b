//! The storage of a Durable Object: values and SQLite, both synchronous, and the alarm.

use std::cell::RefCell;

use js_sys::{Array, JsString};
use thiserror::Error as ThisError;
use wasm_bindgen::prelude::*;

use crate::error::{Error, RoomError};
use crate::host::storage::{
    StorageHandle, set_alarm, sql_rows, sql_run, text_get, text_put, value_delete, value_get,
    value_put, values_clear,
};

/// An object's storage refused a statement, or the alarm: with what it threw.
#[derive(Debug, ThisError)]
#[error("The object's storage failed (see cause)")]
pub struct StorageFailure(pub JsValue);

impl RoomError for StorageFailure {
    fn code(&self) -> &'static str {
        "object_unavailable"
    }

    fn retryable(&self) -> bool {
        true
    }

    fn failure(&self) -> Option<(&'static str, &JsValue)> {
        Some(("the object's storage failed (see cause)", &self.0))
    }
}

/// The class has no SQLite, since it is in no migration.
#[derive(Debug, ThisError)]
#[error(
    "The object's class has no SQLite (see cause): list it under new_sqlite_classes of the migrations in its Worker's wrangler configuration"
)]
pub struct NoSqlite(pub JsValue);

impl RoomError for NoSqlite {
    fn code(&self) -> &'static str {
        "misconfigured"
    }
}

/// The error for what the runtime threw.
pub fn failed(cause: JsValue) -> Error {
    let has_none = cause
        .dyn_ref::<js_sys::Error>()
        .is_some_and(|error| error.message().includes("SQL is not enabled", 0));
    if has_none {
        NoSqlite(cause).into()
    } else {
        StorageFailure(cause).into()
    }
}

thread_local! {
    // Statements as JavaScript's strings, by the address of their constants: to decode one takes as
    // long as to run it.
    static TEXTS: RefCell<Vec<(usize, JsString)>> = const { RefCell::new(Vec::new()) };
}

/// A constant as a string of JavaScript.
pub fn text_of(sql: &'static str) -> JsString {
    let address = sql.as_ptr() as usize;
    TEXTS.with_borrow_mut(|texts| {
        if let Some((_, text)) = texts.iter().find(|(known, _)| *known == address) {
            return text.clone();
        }
        let text = JsString::from(sql);
        texts.push((address, text.clone()));
        text
    })
}

/// The storage of one object. Statements run in the transaction that the class has opened.
#[derive(Clone)]
pub struct Storage(pub StorageHandle);

/// One row of a reply; columns by their number from 0.
pub struct Row(Array);

impl Storage {
    #[inline(never)]
    fn exec(&self, sql: &'static str, args: &[JsValue]) -> Result<Array, Error> {
        sql_rows(&self.0, &text_of(sql), args.to_vec()).map_err(failed)
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    /// [`StorageFailure`] when SQLite refused it.
    pub fn rows(&self, sql: &'static str, args: &[JsValue]) -> Result<Vec<Row>, Error> {
        let rows = self.exec(sql, args)?;
        Ok(rows.iter().map(|row| Row(row.unchecked_into())).collect())
    }

    /// Runs a statement and returns its first row.
    ///
    /// # Errors
    /// [`StorageFailure`] when SQLite refused it.
    pub fn row(&self, sql: &'static str, args: &[JsValue]) -> Result<Option<Row>, Error> {
        let row = self.exec(sql, args)?.get(0);
        Ok((!row.is_undefined()).then(|| Row(row.unchecked_into())))
    }

    /// Runs a statement whose rows nobody wants.
    ///
    /// # Errors
    /// [`StorageFailure`] when SQLite refused it.
    #[inline(never)]
    pub fn run(&self, sql: &'static str, args: &[JsValue]) -> Result<(), Error> {
        sql_run(&self.0, &text_of(sql), args.to_vec()).map_err(failed)
    }

    /// The bytes under a key of the storage.
    ///
    /// # Errors
    /// [`StorageFailure`] when the runtime failed; so of all below.
    pub fn get(&self, key: &JsString) -> Result<Option<Vec<u8>>, Error> {
        value_get(&self.0, key).map_err(failed)
    }

    /// Puts bytes under a key: one row.
    ///
    /// # Errors
    /// [`StorageFailure`].
    pub fn put(&self, key: &JsString, value: &[u8]) -> Result<(), Error> {
        value_put(&self.0, key, value).map_err(failed)
    }

    /// The text under a key.
    ///
    /// # Errors
    /// [`StorageFailure`].
    pub fn text(&self, key: &str) -> Result<Option<JsString>, Error> {
        text_get(&self.0, &JsString::from(key)).map_err(failed)
    }

    /// Puts a text under a key: one row, and it is not copied here.
    ///
    /// # Errors
    /// [`StorageFailure`].
    pub fn put_text(&self, key: &str, text: &JsString) -> Result<(), Error> {
        text_put(&self.0, &JsString::from(key), text).map_err(failed)
    }

    /// Deletes what is under a key.
    ///
    /// # Errors
    /// [`StorageFailure`].
    pub fn delete(&self, key: &str) -> Result<(), Error> {
        value_delete(&self.0, &JsString::from(key)).map_err(failed)
    }

    /// Deletes all values: those of tables stay.
    ///
    /// # Errors
    /// [`StorageFailure`] when the runtime failed.
    pub fn clear(&self) -> Result<(), Error> {
        values_clear(&self.0).map_err(failed)
    }

    /// Sets the alarm to a moment in ms since the epoch, in place of the one that was set. It is
    /// stored together with what the transaction writes.
    ///
    /// # Errors
    /// [`StorageFailure`] when the runtime refused it.
    pub fn set_alarm(&self, at: f64) -> Result<(), Error> {
        set_alarm(&self.0, at).map_err(failed)
    }
}

impl Row {
    /// A column as it is; undefined where the row has none.
    #[inline(never)]
    pub fn value(&self, column: u32) -> JsValue {
        self.0.get(column)
    }

    /// A column that holds text.
    #[inline(never)]
    pub fn text(&self, column: u32) -> Option<JsString> {
        self.value(column).dyn_into().ok()
    }

    /// A column that holds text, copied; empty where it holds none.
    #[inline(never)]
    pub fn string(&self, column: u32) -> String {
        self.text(column).map(String::from).unwrap_or_default()
    }

    /// A column that holds a number; NaN where it holds none.
    #[inline(never)]
    pub fn number(&self, column: u32) -> f64 {
        self.value(column).as_f64().unwrap_or(f64::NAN)
    }
}
