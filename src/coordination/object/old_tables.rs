//! The tables of version 0.1: the lock, the counter, and the keys of its calls.

use super::state::Coordination;
use crate::coordination::lock::model::Lock;
use crate::error::Error;
use crate::object::call::{Answer, Key, note_of};
use crate::object::calls::Calls;
use crate::object::state::OldTables;
use crate::object::storage::Storage;

// What version 1 of them had not.
const SECOND: &str =
    "ALTER TABLE keys ADD COLUMN note TEXT; ALTER TABLE lock ADD COLUMN extended_by REAL";

impl OldTables for Coordination {
    fn read_tables(
        &mut self,
        storage: &Storage,
        version: u32,
        now: f64,
        calls: &mut Calls,
    ) -> Result<(), Error> {
        *self = read(storage, version, now, calls)?;
        Ok(())
    }
}

// The last 40,000: at 400 calls a second four times as many were remembered, and copies come within a minute.
const NEWEST_KEYS: &str =
    "SELECT * FROM (SELECT key, until, value, coalesce(note, ''), number FROM keys
    WHERE until > ? ORDER BY number DESC LIMIT 40000) ORDER BY number";

fn read(
    storage: &Storage,
    version: u32,
    now: f64,
    calls: &mut Calls,
) -> Result<Coordination, Error> {
    if version < 2 {
        storage.run(SECOND, &[])?;
    }
    let sql =
        "SELECT holder, fence, expires_at, ttl_ms, released_by, coalesce(extended_by, 0) FROM lock";
    let lock = storage.row(sql, &[])?.map(|row| Lock {
        holder: row.string(0),
        fence: row.number(1),
        expires_at: row.number(2),
        ttl_ms: row.number(3),
        released_by: row.string(4),
        extended_by: row.number(5),
    });
    let value = storage.row("SELECT value FROM counter", &[])?;
    for row in storage.rows(NEWEST_KEYS, &[now.into()])? {
        let note = row.string(3);
        let note = if note.is_empty() {
            0
        } else {
            note_of(&note, "")
        };
        let answer = Answer::Number(row.number(2));
        calls.adopt(Key::of(&row.string(0)), row.number(1), note, answer);
    }
    storage.drop_tables(&[
        "DROP TABLE lock",
        "DROP TABLE counter",
        "DROP TABLE keys",
        "DROP TABLE alarm",
    ])?;
    Ok(Coordination {
        lock,
        value: value.map_or(0.0, |row| row.number(0)),
    })
}
