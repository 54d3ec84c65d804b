//! The one table of an object: what it holds, each with a timestamp and an end.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::model;
use crate::error::Error;
use crate::object::storage::{Row, Storage};

/// The tables, by version.
pub const MIGRATIONS: [&str; 1] = ["CREATE TABLE held (
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    tick REAL NOT NULL,
    until REAL NOT NULL,
    body TEXT,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID"];

/// What a row is. The numbers are stored.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A session: its customer, its timestamp, its expiry, the record as JSON.
    Record = 0,
    /// A session's object: `put`s of this customer with smaller timestamps are refused.
    Tombstone = 1,
    /// A customer's object: the last timestamp it gave.
    Clock = 2,
    /// A customer's object: a session that may be its, with the timestamp of its last `set`.
    Entry = 3,
    /// A user or a token: when its cached sessions were revoked last.
    Revoked = 4,
    /// A user's object: a revoked token, by its hash.
    Token = 5,
    /// A token's object: a user for whom it was cached.
    Owner = 6,
    /// The alarm that is set, as `until`.
    Alarm = 7,
}

/// A row.
pub struct Held {
    /// An id, or nothing where there is one row of the kind.
    pub name: JsString,
    /// When it was last made so, on the clock of the customer's object.
    pub timestamp: f64,
    /// It counts until this moment.
    pub until: f64,
    /// What else it says.
    pub body: Option<JsString>,
}

fn held(row: &Row) -> Held {
    Held {
        name: row.text(0).unwrap_or_else(|| JsString::from("")),
        timestamp: row.number(1),
        until: row.number(2),
        body: row.text(3),
    }
}

/// The rows of an object, at a moment of its clock. What has ended is as if it were not there.
pub struct Rows<'a> {
    /// The storage.
    pub storage: &'a Storage,
    /// The object's clock.
    pub now: f64,
}

impl Rows<'_> {
    /// One row.
    ///
    /// # Errors
    /// The storage failed; so of all below.
    pub fn one(&self, kind: Kind, name: &JsString) -> Result<Option<Held>, Error> {
        let sql =
            "SELECT name, tick, until, body FROM held WHERE kind = ? AND name = ? AND until > ?";
        let args = [JsValue::from(kind as u8), name.into(), self.now.into()];
        Ok(self.storage.row(sql, &args)?.as_ref().map(held))
    }

    /// All rows of a kind, in the order of their timestamps.
    ///
    /// # Errors
    /// The storage failed.
    pub fn all(&self, kind: Kind) -> Result<Vec<Held>, Error> {
        let sql =
            "SELECT name, tick, until, body FROM held WHERE kind = ? AND until > ? ORDER BY tick";
        let args = [JsValue::from(kind as u8), self.now.into()];
        Ok(self.storage.rows(sql, &args)?.iter().map(held).collect())
    }

    /// How many rows of a kind there are beside `name`.
    ///
    /// # Errors
    /// The storage failed.
    pub fn others(&self, kind: Kind, name: &JsString) -> Result<usize, Error> {
        let sql = "SELECT count(*) FROM held WHERE kind = ? AND name <> ? AND until > ?";
        let args = [JsValue::from(kind as u8), name.into(), self.now.into()];
        let row = self.storage.row(sql, &args)?;
        Ok(row.map_or(0.0, |row| row.number(0)) as usize)
    }

    /// Writes a row, in place of the one that was there.
    ///
    /// # Errors
    /// The storage failed.
    pub fn put(&self, kind: Kind, row: &Held) -> Result<(), Error> {
        let body = row.body.as_ref().map_or(JsValue::NULL, JsValue::from);
        let args = [
            JsValue::from(kind as u8),
            (&row.name).into(),
            row.timestamp.into(),
            row.until.into(),
            body,
        ];
        self.storage
            .run("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?)", &args)
    }

    /// Deletes a row whose timestamp is at most `timestamp`.
    ///
    /// # Errors
    /// The storage failed.
    pub fn drop(&self, kind: Kind, name: &JsString, timestamp: f64) -> Result<(), Error> {
        let sql = "DELETE FROM held WHERE kind = ? AND name = ? AND tick <= ?";
        let args = [JsValue::from(kind as u8), name.into(), timestamp.into()];
        self.storage.run(sql, &args)
    }

    /// Deletes all rows of a kind.
    ///
    /// # Errors
    /// The storage failed.
    pub fn clear(&self, kind: Kind) -> Result<(), Error> {
        let sql = "DELETE FROM held WHERE kind = ?";
        self.storage.run(sql, &[JsValue::from(kind as u8)])
    }

    /// Deletes what has ended, and sees to the alarm.
    ///
    /// # Errors
    /// The storage failed.
    pub fn settle(&self) -> Result<(), Error> {
        // Nothing is left: at once, so that an object which is no longer used costs nothing.
        let ends = self.purge()?.unwrap_or(self.now);
        let set = self.all(Kind::Alarm)?.pop().map(|alarm| alarm.until);
        model::alarm(self.now, ends, set).map_or(Ok(()), |at| self.set_alarm(at))
    }

    /// The alarm: deletes what has ended and sets the next one. Returns whether nothing is left.
    ///
    /// # Errors
    /// The storage failed.
    pub fn on_alarm(&self) -> Result<bool, Error> {
        let ends = self.purge()?;
        // The one that was set has rung, be it a little early.
        ends.map_or(Ok(()), |at| self.set_alarm(at))?;
        Ok(ends.is_none())
    }

    // Returns when the last of what is left ends.
    fn purge(&self) -> Result<Option<f64>, Error> {
        let sql = "DELETE FROM held WHERE until <= ? AND kind <> ?";
        let alarm = JsValue::from(Kind::Alarm as u8);
        self.storage.run(sql, &[self.now.into(), alarm.clone()])?;
        let sql = "SELECT max(until) FROM held WHERE kind <> ?";
        let row = self.storage.row(sql, &[alarm])?;
        Ok(row.and_then(|row| row.value(0).as_f64()))
    }

    fn set_alarm(&self, at: f64) -> Result<(), Error> {
        let row = Held {
            name: JsString::from(""),
            timestamp: 0.0,
            until: at,
            body: None,
        };
        self.put(Kind::Alarm, &row)?;
        self.storage.set_alarm(at)
    }
}
