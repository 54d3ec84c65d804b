//! The rows of an object, and its alarm.

use wasm_bindgen::prelude::*;

use crate::coordination::counter::model::{Counter, KEY_MS};
use crate::coordination::error::CoordinationError;
use crate::coordination::lock::model::Lock;
use crate::error::Error;
use crate::object::migrations;
use crate::object::storage::{Row, Storage};
use crate::protocol::call_time::{SPARE_MS, remembered_until};

const MIGRATIONS: &[&str] = &[
    "CREATE TABLE lock (one INTEGER PRIMARY KEY, holder TEXT NOT NULL, fence REAL NOT NULL,
        expires_at REAL NOT NULL, ttl_ms REAL NOT NULL, released_by TEXT NOT NULL);
    CREATE TABLE counter (one INTEGER PRIMARY KEY, value REAL NOT NULL, newest REAL NOT NULL,
        forgotten REAL NOT NULL);
    CREATE TABLE keys (key TEXT PRIMARY KEY, number REAL NOT NULL, value REAL NOT NULL,
        until REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE alarm (one INTEGER PRIMARY KEY, at REAL NOT NULL)",
    "ALTER TABLE keys ADD COLUMN note TEXT; ALTER TABLE lock ADD COLUMN extended_by REAL",
];

const SAVE_LOCK: &str = "INSERT INTO lock VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE
    SET holder = ?1, fence = ?2, expires_at = ?3, ttl_ms = ?4, released_by = ?5, extended_by = ?6";

const SAVE_COUNTER: &str = "INSERT INTO counter VALUES (1, ?1, ?2, ?3) ON CONFLICT DO UPDATE
    SET value = ?1, newest = ?2, forgotten = ?3";

const SAVE_ALARM: &str = "INSERT INTO alarm VALUES (1, ?1) ON CONFLICT DO UPDATE SET at = ?1";

/// A call that changes a counter once.
pub struct KeyedCall {
    /// Its idempotency key.
    pub key: String,
    /// What it does: another call may not have the same key.
    pub note: String,
    /// When it came.
    pub now: f64,
    /// When it was made, as its caller knows the object's clock.
    pub sent: Option<f64>,
}

/// The storage of an object that has tables.
pub struct Store(pub Storage);

impl Store {
    pub fn open(storage: &Storage, create: bool) -> Result<bool, Error> {
        migrations::open(storage, MIGRATIONS, create)
    }

    /// The lock at `now`, held or ended; none that was forgotten.
    pub fn lock(&self, now: f64) -> Result<Option<Lock>, Error> {
        let row = self.0.row(
            "SELECT holder, fence, expires_at, ttl_ms, released_by, coalesce(extended_by, 0) FROM lock",
            &[],
        )?;
        let text = |row: &Row, column| row.text(column).map(String::from).unwrap_or_default();
        let lock = row.map(|row| Lock {
            holder: text(&row, 0),
            fence: row.number(1),
            expires_at: row.number(2),
            ttl_ms: row.number(3),
            released_by: text(&row, 4),
            extended_by: row.number(5),
        });
        let Some(stored) = lock else {
            return Ok(None);
        };
        let lock = stored.clone().at(now);
        if lock != stored {
            // Or each look would begin a TTL anew.
            self.save_lock(&lock)?;
        }
        Ok(Some(lock))
    }

    pub fn save_lock(&self, lock: &Lock) -> Result<(), Error> {
        let columns: [JsValue; 6] = [
            lock.holder.as_str().into(),
            lock.fence.into(),
            lock.expires_at.into(),
            lock.ttl_ms.into(),
            lock.released_by.as_str().into(),
            lock.extended_by.into(),
        ];
        self.0.run(SAVE_LOCK, &columns)?;
        self.schedule_alarm(lock.forget_at())
    }

    pub fn counter(&self) -> Result<Counter, Error> {
        let row = self
            .0
            .row("SELECT value, newest, forgotten FROM counter", &[])?;
        Ok(row.map_or_else(Counter::default, |row| Counter {
            value: row.number(0),
            newest: row.number(1),
            forgotten: row.number(2),
        }))
    }

    /// What the call with this key has returned.
    ///
    /// # Errors
    /// [`CoordinationError::KeyReused`] when the key was used for something else.
    pub fn result_of(&self, call: &KeyedCall) -> Result<Option<f64>, Error> {
        let row = self.0.row(
            "SELECT value, note FROM keys WHERE key = ? AND until > ?",
            &[call.key.as_str().into(), call.now.into()],
        )?;
        let Some(row) = row else {
            return Ok(None);
        };
        // What an older version has remembered has no note, and matches.
        match row.text(1).map(String::from) {
            Some(note) if note != call.note => Err(CoordinationError::KeyReused.into()),
            _ => Ok(Some(row.number(0))),
        }
    }

    /// Stores the counter, and its value as the result of the call with this key.
    pub fn save_counter(&self, mut counter: Counter, call: &KeyedCall) -> Result<(), Error> {
        let (number, forget) = counter.next_key();
        let columns = [
            counter.value.into(),
            counter.newest.into(),
            counter.forgotten.into(),
        ];
        self.0.run(SAVE_COUNTER, &columns)?;
        let until = remembered_until(call.now, call.sent, KEY_MS);
        self.0.run(
            "REPLACE INTO keys VALUES (?, ?, ?, ?, ?)",
            &[
                call.key.as_str().into(),
                number.into(),
                counter.value.into(),
                until.into(),
                call.note.as_str().into(),
            ],
        )?;
        if let Some(upto) = forget {
            // Those whose copies may still come stay, however many they are.
            let spare = call.now + SPARE_MS;
            self.0.run(
                "DELETE FROM keys WHERE number <= ? AND until <= ?",
                &[upto.into(), spare.into()],
            )?;
        }
        self.schedule_alarm(until)
    }

    // The alarm goes off at the earliest end that was known when it was set; what ends later sets the next.
    fn schedule_alarm(&self, at: f64) -> Result<(), Error> {
        let known = self.0.row("SELECT at FROM alarm", &[])?;
        if known.is_some_and(|row| row.number(0) <= at) {
            return Ok(());
        }
        self.0.run(SAVE_ALARM, &[at.into()])?;
        self.0.set_alarm(at)
    }

    /// The alarm: forgets what has ended. Returns whether nothing is left.
    pub fn on_alarm(&self, now: f64) -> Result<bool, Error> {
        self.0.run("DELETE FROM alarm", &[])?;
        self.0
            .run("DELETE FROM keys WHERE until <= ?", &[now.into()])?;
        let lock = self.lock(now)?;
        if lock.as_ref().is_some_and(|lock| now >= lock.forget_at()) {
            self.0.run("DELETE FROM lock", &[])?;
        }
        let lock_at = lock.map(|lock| lock.forget_at()).filter(|at| *at > now);
        let keys = self.0.row("SELECT MIN(until) FROM keys", &[])?;
        let keys_at = keys.map(|row| row.number(0)).filter(|at| !at.is_nan());
        for at in [lock_at, keys_at].into_iter().flatten() {
            self.schedule_alarm(at)?;
        }
        Ok(lock_at.is_none() && keys_at.is_none() && self.counter()?.value == 0.0)
    }
}
