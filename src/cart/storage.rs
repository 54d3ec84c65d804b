//! What keeps a cart: the object's SQLite, or a memory. Pure.

use super::header::Header;
use super::line::Line;
use super::remembered::Retention;
use crate::error::Error;

/// What a call has to know of a cart: it is read at once.
#[derive(Default)]
pub struct About<'a> {
    /// When the call came, in ms since the epoch.
    pub now: f64,
    /// Under which key it is remembered if it was made before.
    pub call_key: Option<String>,
    /// Under which key it is remembered if it was refused before.
    pub refusal_key: Option<String>,
    /// The only line that it changes, if it changes one.
    pub line: Option<&'a str>,
}

/// A cart as a call finds it.
pub struct Snapshot {
    /// Its header.
    pub header: Header,
    /// What was noted when the call was made before; an older version noted nothing: then it is empty.
    pub applied: Option<String>,
    /// With which code the call was refused before.
    pub refused: Option<String>,
    /// The line that it changes.
    pub line: Option<StoredLine>,
}

/// What is known of a line without reading all of it.
pub struct StoredLine {
    /// Its quantity.
    pub qty: i32,
    /// Its [`Line::bytes`].
    pub bytes: u32,
    /// Its [`Line::tail`].
    pub tail: String,
}

/// What keeps one cart. Every method fails when the storage does.
pub trait CartStorage {
    /// What a call has to know; `None` where nothing was ever written.
    fn read(&self, about: &About) -> Result<Option<Snapshot>, Error>;

    /// The header; `None` where nothing was ever written.
    fn header(&self) -> Result<Option<Header>, Error> {
        Ok(self
            .read(&About::default())?
            .map(|snapshot| snapshot.header))
    }

    /// Replaces the header.
    fn save(&mut self, header: &Header) -> Result<(), Error>;

    /// A line.
    fn line(&self, key: &str) -> Result<Option<StoredLine>, Error>;

    /// Writes a line; one that is there keeps its place.
    fn put_line(&mut self, key: &str, line: &Line) -> Result<(), Error>;

    /// Changes the quantity of a line that is there.
    fn set_qty(&mut self, key: &str, qty: i32) -> Result<(), Error>;

    /// Deletes a line.
    fn delete_line(&mut self, key: &str) -> Result<(), Error>;

    /// Deletes all lines.
    fn delete_lines(&mut self) -> Result<(), Error>;

    /// What was noted with a key that is remembered still; an older version noted nothing: then it is empty.
    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error>;

    /// Remembers a key, with a note, and may forget what has ended or is too much.
    fn remember(&mut self, key: &str, retention: Retention, note: &str) -> Result<(), Error>;
}
