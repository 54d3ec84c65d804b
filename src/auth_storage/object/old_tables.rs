//! The tables of version 0.1: what was held, and what was remembered.

use js_sys::JsString;
use wasm_bindgen::JsCast;

use super::state::Held;
use crate::error::Error;
use crate::object::call::{Answer, Key};
use crate::object::calls::Calls;
use crate::object::state::OldTables;
use crate::object::storage::Storage;

impl OldTables for Held {
    fn read_tables(
        &mut self,
        storage: &Storage,
        _: u32,
        now: f64,
        calls: &mut Calls,
    ) -> Result<(), Error> {
        *self = read(storage, now, calls)?;
        Ok(())
    }
}

fn read(storage: &Storage, now: f64, calls: &mut Calls) -> Result<Held, Error> {
    let mut held = Held::default();
    let sql =
        "SELECT key, operation, answer, until FROM remembered WHERE until > ? ORDER BY sequence";
    for row in storage.rows(sql, &[now.into()])? {
        let answer = match row.text(2) {
            Some(text) => {
                held.put(storage, &text, None)?;
                held.take()
                    .map_or(Answer::Nothing, super::state::Text::answer)
            }
            None => row
                .value(2)
                .as_f64()
                .map_or(Answer::Nothing, Answer::Number),
        };
        let note = row.number(1) as u32;
        calls.adopt(Key::of(&row.string(0)), row.number(3), note, answer);
    }
    let row = storage.row("SELECT value, expires_at FROM held", &[])?;
    let value = row
        .as_ref()
        .and_then(|row| row.value(0).dyn_into::<JsString>().ok());
    if let (Some(row), Some(value)) = (row, value) {
        held.put(storage, &value, row.value(1).as_f64())?;
    }
    storage.drop_tables(&["DROP TABLE held", "DROP TABLE remembered"])?;
    Ok(held)
}
