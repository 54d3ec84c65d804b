//! The table of version 0.1: a row for each thing that an object held, its session among them.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::state::{Held, Kept, Kind, Record};
use crate::error::Error;
use crate::object::state::{Before, OldTables};
use crate::object::storage::Row;

#[wasm_bindgen]
extern "C" {
    // Of a record as JSON: its id, its user agent and its creation in ms.
    #[wasm_bindgen(js_namespace = host, js_name = sessionParts)]
    fn session_parts(text: &JsString) -> Vec<JsValue>;
}

const RECORD: f64 = 0.0;

impl OldTables for Kept {
    fn read_tables(&mut self, Before { storage, .. }: Before) -> Result<(), Error> {
        let sql = "SELECT kind, name, tick, until, body FROM held ORDER BY tick";
        for row in storage.rows(sql, &[])? {
            if row.number(0) == RECORD {
                self.record = record(&row);
            } else if let Some(kind) = Kind::numbered(row.number(0) as u8) {
                self.rows.push(Held {
                    kind,
                    name: row.string(1),
                    timestamp: row.number(2),
                    until: row.number(3),
                    ended: kind == Kind::Tombstone && row.text(4).is_some(),
                });
            }
        }
        storage.run("DROP TABLE held", &[])
    }
}

fn record(row: &Row) -> Option<Record> {
    let [session_id, user_agent, created_at] =
        <[JsValue; 3]>::try_from(session_parts(&row.text(4)?)).ok()?;
    Some(Record {
        session_id: session_id.as_string()?,
        customer_id: row.string(1),
        user_agent: user_agent.as_string()?,
        created_at: created_at.as_f64()?,
        timestamp: row.number(2),
        until: row.number(3),
    })
}
