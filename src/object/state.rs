//! What the body of an object asks of its class.

use crate::error::Error;
use crate::object::calls::Calls;
use crate::object::codec::{Reader, Writer};
use crate::object::storage::Storage;

/// What an object of a class keeps. It begins as [`Default`].
pub trait State {
    /// The version of what [`Self::write`] writes.
    fn version(&self) -> u8;

    /// Writes it down.
    fn write(&self, writer: &mut Writer);

    /// Reads what the version has written.
    fn read(&mut self, reader: &mut Reader, version: u8);

    /// Forgets what has ended.
    ///
    /// # Errors
    /// The storage failed.
    fn forget(&mut self, storage: &Storage, now: f64) -> Result<(), Error>;

    /// When nothing is left of it; 0 where there is nothing, infinity for never.
    fn ends_at(&self) -> f64;

    /// Whether version 0.1 must refuse the object, should it come back. It costs two rows, once.
    fn is_guarded(&self) -> bool;
}

/// A state that version 0.1 of the package has kept in tables.
pub trait OldTables {
    /// Reads its tables, and what it remembered. Those that are needed no more are deleted.
    ///
    /// # Errors
    /// The storage failed.
    fn read_tables(
        &mut self,
        storage: &Storage,
        version: u32,
        now: f64,
        calls: &mut Calls,
    ) -> Result<(), Error>;
}

/// What the body asks of a class.
pub trait Class: State + OldTables {}

impl<S: State + OldTables> Class for S {}
