//! A cart in its object: a row for each line, all else in the object's state.
//!
//! Rows, and the whole cart put together as text by SQLite, were the fastest of the layouts that
//! `npm run bench objects` compares (docs/architecture.md).

use js_sys::JsString;
use wasm_bindgen::JsValue;

use super::state::{DELETE_LINES, Kept, Merged};
use crate::cart::header::Header;
use crate::cart::line::Line;
use crate::cart::remembered::{Retention, is_merge};
use crate::cart::storage::{About, CartStorage, Snapshot, StoredLine};
use crate::error::Error;
use crate::object::body::Body;
use crate::object::call::{Answer, Key, id_of};
use crate::protocol::call_time::OWN_KEY;

const TABLE: &str = "CREATE TABLE lines (
      n INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      head TEXT NOT NULL,
      qty INTEGER NOT NULL,
      tail TEXT NOT NULL,
      bytes INTEGER NOT NULL
    )";

// The cart as JSON.
const CART_JSON: &str = "SELECT '{' || coalesce(group_concat(line), '') || '}'
    FROM (SELECT head || qty || tail AS line FROM lines ORDER BY n)";

const PUT_LINE: &str = "INSERT INTO lines (key, head, qty, tail, bytes) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET head = excluded.head, qty = excluded.qty,
      tail = excluded.tail, bytes = excluded.bytes";

/// The key under which the body remembers what a cart remembers under `key`. Of a call whose key a client has made, and
/// of a step of a merge, nobody comes again who could choose it.
pub(super) fn key_of(key: &str) -> Key {
    let of_call = match key.split_once(' ') {
        Some((_, refused)) if key.starts_with('r') => refused,
        _ => key,
    };
    match of_call.strip_prefix('k') {
        Some(chosen) if !chosen.starts_with(OWN_KEY) => Key::given(key.to_owned()),
        _ => Key::own(id_of(key)),
    }
}

/// The cart of one object, in the middle of a call.
pub struct SqlCart<'a>(pub &'a mut Body<Kept>);

impl SqlCart<'_> {
    /// The cart as JSON.
    ///
    /// # Errors
    /// The storage failed.
    pub fn json(&self) -> Result<JsString, Error> {
        let row = if self.0.state.has_table {
            self.0.storage.row(CART_JSON, &[])?
        } else {
            None
        };
        let json = row.and_then(|row| row.text(0));
        Ok(json.unwrap_or_else(|| "{}".into()))
    }

    fn run(&self, sql: &'static str, args: &[JsValue]) -> Result<(), Error> {
        if self.0.state.has_table {
            self.0.storage.run(sql, args)?;
        }
        Ok(())
    }

    fn recalled(&self, key: Option<&String>, now: f64) -> Result<Option<String>, Error> {
        key.map_or(Ok(None), |key| self.recall(key, now))
    }
}

impl CartStorage for SqlCart<'_> {
    fn read(&self, about: &About) -> Result<Option<Snapshot>, Error> {
        let Some(header) = self.0.state.header.clone() else {
            return Ok(None);
        };
        Ok(Some(Snapshot {
            header,
            applied: self.recalled(about.call_key.as_ref(), about.now)?,
            refused: self.recalled(about.refusal_key.as_ref(), about.now)?,
            line: about.line.map_or(Ok(None), |key| self.line(key))?,
        }))
    }

    fn save(&mut self, header: &Header) -> Result<(), Error> {
        self.0.state.header = Some(header.clone());
        Ok(())
    }

    fn line(&self, key: &str) -> Result<Option<StoredLine>, Error> {
        if !self.0.state.has_table {
            return Ok(None);
        }
        let sql = "SELECT qty, bytes, tail FROM lines WHERE key = ?";
        let row = self.0.storage.row(sql, &[key.into()])?;
        Ok(row.map(|row| StoredLine {
            qty: row.number(0) as i32,
            bytes: row.number(1) as u32,
            tail: row.string(2),
        }))
    }

    fn put_line(&mut self, key: &str, line: &Line) -> Result<(), Error> {
        if !self.0.state.has_table {
            self.0.storage.run(TABLE, &[])?;
            self.0.state.has_table = true;
        }
        let columns = [
            key.into(),
            line.head.as_str().into(),
            line.qty.into(),
            line.tail.as_str().into(),
            line.bytes().into(),
        ];
        self.run(PUT_LINE, &columns)
    }

    fn set_qty(&mut self, key: &str, qty: i32) -> Result<(), Error> {
        let args = [qty.into(), key.into()];
        self.run("UPDATE lines SET qty = ? WHERE key = ?", &args)
    }

    fn delete_line(&mut self, key: &str) -> Result<(), Error> {
        self.run("DELETE FROM lines WHERE key = ?", &[key.into()])
    }

    fn delete_lines(&mut self) -> Result<(), Error> {
        self.run(DELETE_LINES, &[])
    }

    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error> {
        if is_merge(key) {
            let id = id_of(key);
            let merged = self.0.state.merges.iter().find(|merged| merged.id == id);
            return Ok(merged.map(|merged| merged.note.clone()));
        }
        let call = self.0.calls.find(&key_of(key), now)?;
        Ok(call.map(|call| match call.answer {
            Answer::Text(note) => note,
            _ => String::new(),
        }))
    }

    fn remember(&mut self, key: &str, retention: Retention, note: &str) -> Result<(), Error> {
        let note = note.to_owned();
        match retention {
            Retention::WithCart(since) => {
                let id = id_of(key);
                let merges = &mut self.0.state.merges;
                merges.retain(|merged| merged.id != id);
                merges.push(Merged { id, since, note });
            }
            Retention::Until(until) => {
                let answer = if note.is_empty() {
                    Answer::Nothing
                } else {
                    Answer::Text(note)
                };
                self.0.remember(key_of(key), until, 0, answer);
            }
        }
        Ok(())
    }
}
