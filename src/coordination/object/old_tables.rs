//! The tables of version 0.1: the lock, the counter, and the keys of its calls.

use super::state::Coordination;
use crate::coordination::lock::model::Lock;
use crate::error::Error;
use crate::object::call::{Answer, Key, note_of};
use crate::object::state::{Before, OldTables};

// What version 1 of them had not.
const SECOND: &str =
    "ALTER TABLE keys ADD COLUMN note TEXT; ALTER TABLE lock ADD COLUMN extended_by REAL";

// The last 40,000: at 400 calls a second four times as many were remembered, and copies come within a minute.
const NEWEST_KEYS: &str =
    "SELECT * FROM (SELECT key, until, value, coalesce(note, ''), number FROM keys
    WHERE until > ? ORDER BY number DESC LIMIT 40000) ORDER BY number";

const LOCK: &str =
    "SELECT holder, fence, expires_at, ttl_ms, released_by, coalesce(extended_by, 0) FROM lock";

const DROP: &str = "DROP TABLE lock; DROP TABLE counter; DROP TABLE keys; DROP TABLE alarm";

impl OldTables for Coordination {
    fn read_tables(&mut self, before: Before) -> Result<(), Error> {
        let Before { storage, now, .. } = before;
        if before.version < 2 {
            storage.run(SECOND, &[])?;
        }
        self.lock = storage.row(LOCK, &[])?.map(|row| Lock {
            holder: row.string(0),
            fence: row.number(1),
            expires_at: row.number(2),
            ttl_ms: row.number(3),
            released_by: row.string(4),
            extended_by: row.number(5),
        });
        let counter = storage.row("SELECT value FROM counter", &[])?;
        self.value = counter.map_or(0.0, |row| row.number(0));
        for row in storage.rows(NEWEST_KEYS, &[now.into()])? {
            let note = match row.string(3).as_str() {
                "" => 0,
                what => note_of(what, ""),
            };
            let (key, answer) = (Key::of(&row.string(0)), Answer::Number(row.number(2)));
            before.calls.adopt(key, row.number(1), note, answer);
        }
        storage.run(DROP, &[])
    }
}
