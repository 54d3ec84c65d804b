//! The rows of an object, and its alarm.

use wasm_bindgen::prelude::*;

use super::counter::{Counter, KEY_MS};
use super::lock::Lock;
use crate::error::Error;
use crate::host::schema;
use crate::host::storage::{Row, Storage};

const MIGRATIONS: &[&str] = &[
    "CREATE TABLE lock (one INTEGER PRIMARY KEY, holder TEXT NOT NULL, fence REAL NOT NULL,
        expires_at REAL NOT NULL, ttl_ms REAL NOT NULL, released_by TEXT NOT NULL);
    CREATE TABLE counter (one INTEGER PRIMARY KEY, value REAL NOT NULL, newest REAL NOT NULL,
        forgotten REAL NOT NULL);
    CREATE TABLE keys (key TEXT PRIMARY KEY, number REAL NOT NULL, value REAL NOT NULL,
        until REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE alarm (one INTEGER PRIMARY KEY, at REAL NOT NULL)",
];

const SAVE_LOCK: &str = "INSERT INTO lock VALUES (1, ?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE
    SET holder = ?1, fence = ?2, expires_at = ?3, ttl_ms = ?4, released_by = ?5";

const SAVE_COUNTER: &str = "INSERT INTO counter VALUES (1, ?1, ?2, ?3) ON CONFLICT DO UPDATE
    SET value = ?1, newest = ?2, forgotten = ?3";

const SAVE_ALARM: &str = "INSERT INTO alarm VALUES (1, ?1) ON CONFLICT DO UPDATE SET at = ?1";

/// The storage of an object that has tables.
pub struct Store(pub Storage);

impl Store {
    pub fn open(storage: &Storage, create: bool) -> Result<bool, Error> {
        schema::open(storage, MIGRATIONS, create)
    }

    /// The lock at `now`, held or ended; none that was forgotten.
    pub fn lock(&self, now: f64) -> Result<Option<Lock>, Error> {
        let row = self.0.row(
            "SELECT holder, fence, expires_at, ttl_ms, released_by FROM lock",
            &[],
        )?;
        let text = |row: &Row, column| row.text(column).map(String::from).unwrap_or_default();
        let lock = row.map(|row| Lock {
            holder: text(&row, 0),
            fence: row.number(1),
            expires_at: row.number(2),
            ttl_ms: row.number(3),
            released_by: text(&row, 4),
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
        let columns: [JsValue; 5] = [
            lock.holder.as_str().into(),
            lock.fence.into(),
            lock.expires_at.into(),
            lock.ttl_ms.into(),
            lock.released_by.as_str().into(),
        ];
        self.0.run(SAVE_LOCK, &columns)?;
        self.wake_by(lock.forget_at())
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

    /// What the call with this key has answered.
    pub fn answer_of(&self, key: &str, now: f64) -> Result<Option<f64>, Error> {
        let row = self.0.row(
            "SELECT value FROM keys WHERE key = ? AND until > ?",
            &[key.into(), now.into()],
        )?;
        Ok(row.map(|row| row.number(0)))
    }

    /// Stores the counter, and its value as the answer of the call with this key.
    pub fn save_counter(&self, mut counter: Counter, key: &str, now: f64) -> Result<(), Error> {
        let (number, forget) = counter.next_key();
        let columns = [
            counter.value.into(),
            counter.newest.into(),
            counter.forgotten.into(),
        ];
        self.0.run(SAVE_COUNTER, &columns)?;
        let until = now + KEY_MS;
        self.0.run(
            "REPLACE INTO keys VALUES (?, ?, ?, ?)",
            &[
                key.into(),
                number.into(),
                counter.value.into(),
                until.into(),
            ],
        )?;
        if let Some(upto) = forget {
            self.0
                .run("DELETE FROM keys WHERE number <= ?", &[upto.into()])?;
        }
        self.wake_by(until)
    }

    // The alarm goes off at the earliest end that was known when it was set; what ends later sets the next.
    fn wake_by(&self, at: f64) -> Result<(), Error> {
        let known = self.0.row("SELECT at FROM alarm", &[])?;
        if known.is_some_and(|row| row.number(0) <= at) {
            return Ok(());
        }
        self.0.run(SAVE_ALARM, &[at.into()])?;
        self.0.set_alarm(at)
    }

    /// The alarm: forgets what has ended. Answers whether nothing is left.
    pub fn wake(&self, now: f64) -> Result<bool, Error> {
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
            self.wake_by(at)?;
        }
        Ok(lock_at.is_none() && keys_at.is_none() && self.counter()?.value == 0.0)
    }
}
