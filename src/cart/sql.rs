//! A cart in its object's SQLite: one row for the cart, one for each line, one for each idempotency key.
//!
//! Rows, and the whole cart put together as text by SQLite, were the fastest of the layouts that
//! `npm run bench` compares (docs/architecture.md).

use js_sys::JsString;
use wasm_bindgen::JsValue;

use super::model::{FOR_EVER, Line, MAX_KEYS};
use super::operations::{Found, Header, Keeper};
use crate::error::Error;
use crate::host::storage::{Row, Storage};

/// The tables, by version.
pub(super) const MIGRATIONS: &[&str] = &["
    CREATE TABLE cart (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      version INTEGER NOT NULL,
      ttl_seconds INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      renewed_at INTEGER NOT NULL,
      alarm_at INTEGER NOT NULL,
      owner TEXT,
      lines INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      merge_id TEXT,
      merge_into TEXT
    );
    CREATE TABLE lines (
      n INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      head TEXT NOT NULL,
      qty INTEGER NOT NULL,
      tail TEXT NOT NULL,
      bytes INTEGER NOT NULL
    );
    CREATE TABLE applied (key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
"];

/// The cart of one object.
pub(super) struct SqlCart(pub(super) Storage);

impl SqlCart {
    /// The cart as JSON.
    pub(super) fn json(&self) -> Result<JsString, Error> {
        let row = self.0.row(
            "SELECT '{' || coalesce(group_concat(line), '') || '}'
             FROM (SELECT head || qty || tail AS line FROM lines ORDER BY n)",
            &[],
        )?;
        Ok(row
            .and_then(|row| row.text(0))
            .unwrap_or_else(|| "{}".into()))
    }
}

fn texts(row: &Row, column: u32) -> Option<String> {
    row.text(column).map(String::from)
}

fn text_or_null(text: Option<&String>) -> JsValue {
    text.map_or(JsValue::NULL, |text| text.into())
}

impl Keeper for SqlCart {
    fn header(&self) -> Result<Option<Header>, Error> {
        let row = self.0.row(
            "SELECT version, ttl_seconds, expires_at, renewed_at, alarm_at, owner, lines, bytes, merge_id,
               merge_into
             FROM cart",
            &[],
        )?;
        Ok(row.map(|row| Header {
            version: row.number(0),
            ttl_seconds: row.number(1),
            expires_at: row.number(2),
            renewed_at: row.number(3),
            alarm_at: row.number(4),
            owner: texts(&row, 5),
            lines: row.number(6) as u32,
            bytes: row.number(7) as u32,
            merge: texts(&row, 8).zip(texts(&row, 9)),
        }))
    }

    fn save(&mut self, header: &Header) -> Result<(), Error> {
        let (merge_id, merge_into) = match &header.merge {
            Some((id, into)) => (Some(id), Some(into)),
            None => (None, None),
        };
        self.0.run(
            "INSERT OR REPLACE INTO cart VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            &[
                header.version.into(),
                header.ttl_seconds.into(),
                header.expires_at.into(),
                header.renewed_at.into(),
                header.alarm_at.into(),
                text_or_null(header.owner.as_ref()),
                header.lines.into(),
                header.bytes.into(),
                text_or_null(merge_id),
                text_or_null(merge_into),
            ],
        )
    }

    fn line(&self, key: &str) -> Result<Option<Found>, Error> {
        let row = self.0.row(
            "SELECT qty, bytes, tail FROM lines WHERE key = ?",
            &[key.into()],
        )?;
        Ok(row.map(|row| Found {
            qty: row.number(0) as i32,
            bytes: row.number(1) as u32,
            tail: texts(&row, 2).unwrap_or_default(),
        }))
    }

    fn put(&mut self, key: &str, line: &Line) -> Result<(), Error> {
        self.0.run(
            "INSERT INTO lines (key, head, qty, tail, bytes) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (key) DO UPDATE SET head = excluded.head, qty = excluded.qty,
               tail = excluded.tail, bytes = excluded.bytes",
            &[
                key.into(),
                line.head.as_str().into(),
                line.qty.into(),
                line.tail.as_str().into(),
                line.bytes().into(),
            ],
        )
    }

    fn set_qty(&mut self, key: &str, qty: i32) -> Result<(), Error> {
        self.0.run(
            "UPDATE lines SET qty = ? WHERE key = ?",
            &[qty.into(), key.into()],
        )
    }

    fn remove(&mut self, key: &str) -> Result<(), Error> {
        self.0.run("DELETE FROM lines WHERE key = ?", &[key.into()])
    }

    fn clear(&mut self) -> Result<(), Error> {
        self.0.run("DELETE FROM lines", &[])
    }

    fn was_applied(&self, key: &str) -> Result<bool, Error> {
        let row = self
            .0
            .row("SELECT 1 FROM applied WHERE key = ?", &[key.into()])?;
        Ok(row.is_some())
    }

    fn remember(&mut self, key: &str, until: f64) -> Result<(), Error> {
        self.0.run(
            "INSERT OR REPLACE INTO applied VALUES (?, ?)",
            &[key.into(), until.into()],
        )
    }

    fn set_alarm(&mut self, at: f64) -> Result<(), Error> {
        self.0.set_alarm(at)
    }

    fn keys_until(&self) -> Result<Option<f64>, Error> {
        let row = self.0.row(
            "SELECT max(until) FROM applied WHERE until < ?",
            &[FOR_EVER.into()],
        )?;
        Ok(row.map(|row| row.number(0)).filter(|until| !until.is_nan()))
    }

    fn forget(&mut self, now: f64) -> Result<(), Error> {
        self.0
            .run("DELETE FROM applied WHERE until <= ?", &[now.into()])?;
        self.0.run(
            "DELETE FROM applied WHERE until <
               (SELECT until FROM applied ORDER BY until DESC LIMIT 1 OFFSET ?)",
            &[(MAX_KEYS - 1).into()],
        )
    }
}
