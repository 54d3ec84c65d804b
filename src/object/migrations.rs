//! The tables of an object and their version. An object that was never written has none.

use thiserror::Error as ThisError;
use wasm_bindgen::JsValue;

use crate::error::{Error, RoomError};
use crate::object::storage::Storage;

/// A newer version of this package has written to the object.
#[derive(Debug, ThisError)]
#[error(
    "the object's tables are of a newer version of @codex/cloudflare-clients than its class: deploy that version again"
)]
pub struct NewerSchema;

impl RoomError for NewerSchema {
    fn code(&self) -> &'static str {
        "misconfigured"
    }
}

/// Brings an object's tables to the newest version: migration `n` takes version `n` to `n + 1`.
/// Returns whether there are tables. Without `create` an object that has none keeps none, since
/// an object with anything in its storage is billed.
///
/// # Errors
/// The storage failed; [`NewerSchema`] when a newer version of this package wrote here.
pub fn open(storage: &Storage, migrations: &[&'static str], create: bool) -> Result<bool, Error> {
    let exists = storage
        .row("SELECT 1 FROM sqlite_schema WHERE name = 'schema'", &[])?
        .is_some();
    if !exists && !create {
        return Ok(false);
    }
    let version = if exists {
        let row = storage.row("SELECT version FROM schema", &[])?;
        row.map_or(0.0, |row| row.number(0)) as usize
    } else {
        storage.run("CREATE TABLE schema (version INTEGER NOT NULL)", &[])?;
        storage.run("INSERT INTO schema VALUES (0)", &[])?;
        0
    };
    let newest = migrations.len() + NEXT.len();
    if version > newest {
        return Err(NewerSchema.into());
    }
    for migration in migrations.iter().chain(NEXT).skip(version) {
        storage.run(migration, &[])?;
    }
    if version < newest {
        let newest = JsValue::from(newest as u32);
        storage.run("UPDATE schema SET version = ?", &[newest])?;
    }
    Ok(true)
}

/// The build that tests load is a version further in every class, so that each is seen to move on.
#[cfg(feature = "faults")]
const NEXT: &[&str] = &["CREATE TABLE next (id INTEGER)"];
#[cfg(not(feature = "faults"))]
const NEXT: &[&str] = &[];
