//! A cart in its object's SQLite: one row for the cart, one for each line, one for each idempotency key.
//!
//! Rows, and the whole cart put together as text by SQLite, were the fastest of the layouts that
//! `npm run bench` compares (docs/architecture.md).

use std::cell::RefCell;

use js_sys::JsString;
use wasm_bindgen::JsValue;

use crate::cart::model::{Line, MAX_KEYS, MAX_MERGES, MERGE_LIFE_MS, MERGES_FROM};
use crate::cart::storage::{Found, Header, Keeper};
use crate::error::Error;
use crate::object::storage::{Row, Storage};
use crate::protocol::call_time::{MEMORY_MS, SPARE_MS};

/// The tables, by version.
pub const MIGRATIONS: &[&str] = &[
    "
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
",
    "ALTER TABLE applied ADD COLUMN note TEXT",
];

/// The cart of one object.
pub struct SqlCart {
    storage: Storage,
    sent: Sent,
    known: RefCell<Known>,
}

/// What a call is about: one statement reads all of it together with the header.
#[derive(Default)]
pub struct Sent {
    /// Its idempotency key.
    pub key: Option<String>,
    /// Under which its refusal is remembered.
    pub refusal_key: Option<String>,
    /// The key of the only line it changes.
    pub line: Option<String>,
    /// When it came, in ms.
    pub now: f64,
}

// What that statement said.
#[derive(Default)]
struct Known {
    header: Option<Header>,
    applied: Option<String>,
    refused: Option<String>,
    // Taken by whoever asks first: what is written afterwards is not in it.
    line: Option<Option<Found>>,
    // The cart as the last statement has left it.
    json: Option<JsString>,
}

impl SqlCart {
    pub fn new(storage: Storage, sent: Sent) -> Self {
        let known = RefCell::default();
        Self {
            storage,
            sent,
            known,
        }
    }

    /// The cart as JSON.
    pub fn json(&self) -> Result<JsString, Error> {
        if let Some(json) = self.known.borrow_mut().json.take() {
            return Ok(json);
        }
        let row = self.storage.row(
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

// A line in columns that begin at `column`; there is none where they are null.
fn found(row: &Row, column: u32) -> Option<Found> {
    let qty = row.value(column).as_f64()?;
    Some(Found {
        qty: qty as i32,
        bytes: row.number(column + 1) as u32,
        tail: texts(row, column + 2).unwrap_or_default(),
    })
}

fn text_or_null(text: Option<&String>) -> JsValue {
    text.map_or(JsValue::NULL, |text| text.into())
}

impl Keeper for SqlCart {
    fn header(&self) -> Result<Option<Header>, Error> {
        let Some(row) = self.storage.row(
            "SELECT version, ttl_seconds, expires_at, renewed_at, alarm_at, owner, cart.lines, cart.bytes,
               merge_id, merge_into,
               (SELECT coalesce(note, '') FROM applied WHERE key = ?1 AND until > ?2),
               (SELECT coalesce(note, '') FROM applied WHERE key = ?3 AND until > ?2),
               line.qty, line.bytes, line.tail
             FROM cart LEFT JOIN lines AS line ON line.key = ?4",
            &[
                text_or_null(self.sent.key.as_ref()),
                self.sent.now.into(),
                text_or_null(self.sent.refusal_key.as_ref()),
                text_or_null(self.sent.line.as_ref()),
            ],
        )?
        else {
            return Ok(None);
        };
        let header = Header {
            version: row.number(0),
            ttl_seconds: row.number(1),
            expires_at: row.number(2),
            renewed_at: row.number(3),
            alarm_at: row.number(4),
            owner: texts(&row, 5),
            lines: row.number(6) as u32,
            bytes: row.number(7) as u32,
            merge: texts(&row, 8).zip(texts(&row, 9)),
        };
        *self.known.borrow_mut() = Known {
            header: Some(header.clone()),
            applied: texts(&row, 10),
            refused: texts(&row, 11),
            line: Some(found(&row, 12)),
            json: None,
        };
        Ok(Some(header))
    }

    fn save(&mut self, header: &Header) -> Result<(), Error> {
        let known = self.known.borrow().header.clone();
        let counted = known.map(|known| Header {
            version: header.version,
            lines: header.lines,
            bytes: header.bytes,
            ..known
        });
        // Mostly nothing else has changed.
        if counted.as_ref() == Some(header) {
            // With the answer at once, which is a statement less.
            let row = self.storage.row(
                "UPDATE cart SET version = ?, lines = ?, bytes = ?
                 RETURNING (SELECT '{' || coalesce(group_concat(line), '') || '}'
                   FROM (SELECT head || qty || tail AS line FROM lines ORDER BY n))",
                &[
                    header.version.into(),
                    header.lines.into(),
                    header.bytes.into(),
                ],
            )?;
            self.known.borrow_mut().json = row.and_then(|row| row.text(0));
            return Ok(());
        }
        let (merge_id, merge_into) = match &header.merge {
            Some((id, into)) => (Some(id), Some(into)),
            None => (None, None),
        };
        self.storage.run(
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
        if self.sent.line.as_deref() == Some(key)
            && let Some(line) = self.known.borrow_mut().line.take()
        {
            return Ok(line);
        }
        let row = self.storage.row(
            "SELECT qty, bytes, tail FROM lines WHERE key = ?",
            &[key.into()],
        )?;
        Ok(row.and_then(|row| found(&row, 0)))
    }

    fn put(&mut self, key: &str, line: &Line) -> Result<(), Error> {
        self.storage.run(
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
        self.storage.run(
            "UPDATE lines SET qty = ? WHERE key = ?",
            &[qty.into(), key.into()],
        )
    }

    fn remove(&mut self, key: &str) -> Result<(), Error> {
        self.storage
            .run("DELETE FROM lines WHERE key = ?", &[key.into()])
    }

    fn clear(&mut self) -> Result<(), Error> {
        self.known.borrow_mut().line = None;
        self.storage.run("DELETE FROM lines", &[])
    }

    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error> {
        if self.sent.now == now {
            let known = self.known.borrow();
            if self.sent.key.as_deref() == Some(key) {
                return Ok(known.applied.clone());
            }
            if self.sent.refusal_key.as_deref() == Some(key) {
                return Ok(known.refused.clone());
            }
        }
        let row = self.storage.row(
            "SELECT coalesce(note, '') FROM applied WHERE key = ? AND until > ?",
            &[key.into(), now.into()],
        )?;
        Ok(row.and_then(|row| texts(&row, 0)))
    }

    fn remember(&mut self, key: &str, until: f64, note: &str) -> Result<(), Error> {
        self.storage.run(
            "INSERT OR REPLACE INTO applied VALUES (?, ?, ?)",
            &[key.into(), until.into(), note.into()],
        )
    }

    fn set_alarm(&mut self, at: f64) -> Result<(), Error> {
        self.storage.set_alarm(at)
    }

    fn keys_until(&self, merges: bool) -> Result<Option<f64>, Error> {
        let row = self.storage.row(
            "SELECT max(iif(until < ?1, until, until - ?1 + ?2)) FROM applied WHERE ?3 OR until < ?1",
            &[MERGES_FROM.into(), MERGE_LIFE_MS.into(), u32::from(merges).into()],
        )?;
        Ok(row.map(|row| row.number(0)).filter(|until| !until.is_nan()))
    }

    fn forget(&mut self, now: f64) -> Result<(), Error> {
        self.storage
            .run("DELETE FROM applied WHERE until <= ?", &[now.into()])?;
        // The newest stay, of calls and of merges that were done, and all whose copies may be accepted.
        for (kinds, spare_until, most) in [
            ("[kr]*", now + SPARE_MS, MAX_KEYS),
            ("m*", MERGES_FROM + now - (MEMORY_MS - SPARE_MS), MAX_MERGES),
        ] {
            self.storage.run(
                "DELETE FROM applied WHERE key GLOB ?1 AND until <= ?2 AND until <
                   (SELECT until FROM applied WHERE key GLOB ?1 ORDER BY until DESC LIMIT 1 OFFSET ?3)",
                &[kinds.into(), spare_until.into(), (most - 1).into()],
            )?;
        }
        Ok(())
    }
}
