//! A cart in its object's SQLite: one row for the cart, one for each line, one for each idempotency key.
//!
//! Rows, and the whole cart put together as text by SQLite, were the fastest of the layouts that
//! `npm run bench objects` compares (docs/architecture.md).

use js_sys::JsString;
use wasm_bindgen::JsValue;

use super::statements::{CART_JSON, FORGET_SURPLUS, LAST_KEY, PUT_LINE, READ, SAVE, SAVE_COUNTS};
use crate::cart::header::Header;
use crate::cart::line::Line;
use crate::cart::remembered::{MAX_CALLS, MAX_MERGES, MERGE_LIFE_MS, Retention};
use crate::cart::storage::{About, CartStorage, Snapshot, StoredLine};
use crate::error::Error;
use crate::object::storage::{Row, Storage};
use crate::protocol::call_time::{MEMORY_MS, SPARE_MS};

/// The cart of one object.
pub struct SqlCart {
    storage: Storage,
    /// The cart as JSON, where the last statement that wrote has told it.
    json: Option<JsString>,
}

impl SqlCart {
    /// The cart that this storage keeps.
    pub const fn new(storage: Storage) -> Self {
        Self {
            storage,
            json: None,
        }
    }

    /// The cart as JSON, when nothing more is done with it.
    ///
    /// # Errors
    /// The storage failed.
    pub fn into_json(self) -> Result<JsString, Error> {
        if let Some(json) = self.json {
            return Ok(json);
        }
        let row = self.storage.row(CART_JSON, &[])?;
        let json = row.and_then(|row| row.text(0));
        Ok(json.unwrap_or_else(|| "{}".into()))
    }

    fn write(&mut self, sql: &'static str, args: &[JsValue]) -> Result<(), Error> {
        self.json = None;
        self.storage.run(sql, args)
    }
}

impl CartStorage for SqlCart {
    fn read(&self, about: &About) -> Result<Option<Snapshot>, Error> {
        let args = [
            text_or_null(about.call_key.as_deref()),
            about.now.into(),
            text_or_null(about.refusal_key.as_deref()),
            text_or_null(about.line),
        ];
        let row = self.storage.row(READ, &args)?;
        Ok(row.map(|row| Snapshot {
            header: header(&row),
            applied: text(&row, 10),
            refused: text(&row, 11),
            line: stored_line(&row, 12),
        }))
    }

    fn save(&mut self, header: &Header, stored: Option<&Header>) -> Result<(), Error> {
        let (version, lines, bytes) = (header.version, header.lines, header.bytes);
        let counted = stored.map(|stored| Header {
            version,
            lines,
            bytes,
            ..stored.clone()
        });
        if counted.as_ref() == Some(header) {
            let args = [version.into(), lines.into(), bytes.into()];
            let row = self.storage.row(SAVE_COUNTS, &args)?;
            self.json = row.and_then(|row| row.text(0));
            return Ok(());
        }
        let merge = header.merge.as_ref();
        let columns = [
            version.into(),
            header.ttl_seconds.into(),
            header.expires_at.into(),
            header.renewed_at.into(),
            header.alarm_at.into(),
            text_or_null(header.owner.as_deref()),
            lines.into(),
            bytes.into(),
            text_or_null(merge.map(|(id, _)| id.as_str())),
            text_or_null(merge.map(|(_, into)| into.as_str())),
        ];
        self.write(SAVE, &columns)
    }

    fn line(&self, key: &str) -> Result<Option<StoredLine>, Error> {
        let sql = "SELECT qty, bytes, tail FROM lines WHERE key = ?";
        let row = self.storage.row(sql, &[key.into()])?;
        Ok(row.and_then(|row| stored_line(&row, 0)))
    }

    fn put_line(&mut self, key: &str, line: &Line) -> Result<(), Error> {
        let columns = [
            key.into(),
            line.head.as_str().into(),
            line.qty.into(),
            line.tail.as_str().into(),
            line.bytes().into(),
        ];
        self.write(PUT_LINE, &columns)
    }

    fn set_qty(&mut self, key: &str, qty: i32) -> Result<(), Error> {
        let args = [qty.into(), key.into()];
        self.write("UPDATE lines SET qty = ? WHERE key = ?", &args)
    }

    fn delete_line(&mut self, key: &str) -> Result<(), Error> {
        self.write("DELETE FROM lines WHERE key = ?", &[key.into()])
    }

    fn delete_lines(&mut self) -> Result<(), Error> {
        self.write("DELETE FROM lines", &[])
    }

    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error> {
        let sql = "SELECT coalesce(note, '') FROM applied WHERE key = ? AND until > ?";
        let row = self.storage.row(sql, &[key.into(), now.into()])?;
        Ok(row.and_then(|row| text(&row, 0)))
    }

    fn remember(&mut self, key: &str, retention: Retention, note: &str) -> Result<(), Error> {
        let columns = [key.into(), retention.column().into(), note.into()];
        self.storage
            .run("INSERT OR REPLACE INTO applied VALUES (?, ?, ?)", &columns)
    }

    fn remembers_until(&self, deleted: bool) -> Result<Option<f64>, Error> {
        let args = [
            Retention::WITH_CART_FROM.into(),
            MERGE_LIFE_MS.into(),
            u32::from(deleted).into(),
        ];
        let row = self.storage.row(LAST_KEY, &args)?;
        Ok(row.map(|row| row.number(0)).filter(|until| !until.is_nan()))
    }

    fn forget(&mut self, now: f64) -> Result<(), Error> {
        self.storage
            .run("DELETE FROM applied WHERE until <= ?", &[now.into()])?;
        // The newest stay, of calls and of merges that were done, and all whose copies may be accepted.
        let calls = Retention::Until(now + SPARE_MS);
        let merges = Retention::WithCart(now - (MEMORY_MS - SPARE_MS));
        for (kinds, spare, most) in [("[kr]*", calls, MAX_CALLS), ("m*", merges, MAX_MERGES)] {
            let args = [kinds.into(), spare.column().into(), (most - 1).into()];
            self.storage.run(FORGET_SURPLUS, &args)?;
        }
        Ok(())
    }

    fn set_alarm(&mut self, at: f64) -> Result<(), Error> {
        self.storage.set_alarm(at)
    }
}

fn header(row: &Row) -> Header {
    Header {
        version: row.number(0),
        ttl_seconds: row.number(1),
        expires_at: row.number(2),
        renewed_at: row.number(3),
        alarm_at: row.number(4),
        owner: text(row, 5),
        lines: row.number(6) as u32,
        bytes: row.number(7) as u32,
        merge: text(row, 8).zip(text(row, 9)),
    }
}

// A line in columns that begin at `column`; there is none where they are null.
fn stored_line(row: &Row, column: u32) -> Option<StoredLine> {
    let qty = row.value(column).as_f64()?;
    Some(StoredLine {
        qty: qty as i32,
        bytes: row.number(column + 1) as u32,
        tail: text(row, column + 2).unwrap_or_default(),
    })
}

fn text(row: &Row, column: u32) -> Option<String> {
    row.text(column).map(String::from)
}

fn text_or_null(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::NULL, JsValue::from)
}
