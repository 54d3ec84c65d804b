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

/// An object whose tables version 0.1 of the package has made.
pub struct Before<'a> {
    /// Its storage.
    pub storage: &'a Storage,
    /// The version of the tables.
    pub version: u32,
    /// The object's clock, in ms since the epoch.
    pub now: f64,
    /// What it remembered goes here.
    pub calls: &'a mut Calls,
}

/// A state that version 0.1 has kept in tables.
pub trait OldTables {
    /// Reads them, and deletes those that are needed no more.
    ///
    /// # Errors
    /// The storage failed.
    fn read_tables(&mut self, before: Before) -> Result<(), Error>;
}

/// What the body asks of a class.
pub trait Class: State + OldTables {}

impl<S: State + OldTables> Class for S {}
