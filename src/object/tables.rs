//! The tables that version 0.1 of this package has made in objects, and how it is told of an object that it does not
//! know.
//!
//! It had a table `schema` with the version of its other tables, and refuses an object whose `schema` says a later one.
//! So what has a newer form keeps that table, or gets a view of that name: after a roll-back the old code then refuses
//! the object, and does not take it for an empty one.

use thiserror::Error as ThisError;

use crate::error::{Error, RoomError};
use crate::host::storage::old_version;
use crate::object::storage::{Storage, failed};

/// A newer version of this package has written to the object.
#[derive(Debug, ThisError)]
#[error(
    "The object's state is of a newer version of @codex/cloudflare-clients than its class: deploy that version again"
)]
pub struct NewerVersion;

impl RoomError for NewerVersion {
    fn code(&self) -> &'static str {
        "misconfigured"
    }
}

/// The version of the object's old tables, if it has any.
///
/// # Errors
/// The storage failed.
pub fn version(storage: &Storage) -> Result<Option<u32>, Error> {
    old_version(&storage.0).map_err(failed)
}

/// Has the old code refuse an object whose tables were read into its state.
///
/// # Errors
/// The storage failed.
pub fn refuse_old(storage: &Storage) -> Result<(), Error> {
    storage.run("UPDATE schema SET version = 1000", &[])
}

/// Has the old code refuse an object that it never saw.
///
/// # Errors
/// The storage failed.
pub fn guard(storage: &Storage) -> Result<(), Error> {
    storage.run("CREATE VIEW schema AS SELECT 1000 AS version", &[])
}
