//! The tables of version 0.1: what was held, and what was remembered.

use super::state::{Held, Text};
use crate::error::Error;
use crate::object::call::{Answer, Key};
use crate::object::state::{Before, OldTables};

const REMEMBERED: &str =
    "SELECT key, operation, answer, until FROM remembered WHERE until > ? ORDER BY sequence";

impl OldTables for Held {
    fn read_tables(&mut self, before: Before) -> Result<(), Error> {
        let Before { storage, now, .. } = before;
        for row in storage.rows(REMEMBERED, &[now.into()])? {
            let answer = match row.text(2) {
                Some(text) => {
                    self.put(storage, &text, None)?;
                    self.take().map_or(Answer::Nothing, Text::answer)
                }
                None => {
                    let number = row.value(2).as_f64();
                    number.map_or(Answer::Nothing, Answer::Number)
                }
            };
            let (key, note) = (Key::of(&row.string(0)), row.number(1) as u32);
            before.calls.adopt(key, row.number(3), note, answer);
        }
        if let Some(row) = storage.row("SELECT value, expires_at FROM held", &[])?
            && let Some(value) = row.text(0)
        {
            self.put(storage, &value, row.value(1).as_f64())?;
        }
        storage.run("DROP TABLE held; DROP TABLE remembered", &[])
    }
}
