//! What an object keeps: a session, or rows that each have a name, a timestamp and an end.

use crate::error::Error;
use crate::object::body::Body;
use crate::object::codec::{Reader, Writer};
use crate::object::state::State;
use crate::object::storage::Storage;

/// What a row is. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A session's object: `put`s of this customer with smaller timestamps are refused.
    Tombstone = 1,
    /// A customer's object: the last timestamp it gave.
    Clock = 2,
    /// A customer's object: a session that may be its, with the timestamp of its last `set`.
    Entry = 3,
    /// A user or a token: when its cached sessions were revoked last.
    Revoked = 4,
    /// A user's object: a revoked token, by its hash.
    Token = 5,
    /// A token's object: a user for whom it was cached.
    Owner = 6,
}

impl Kind {
    pub(super) const fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Tombstone,
            2 => Self::Clock,
            3 => Self::Entry,
            4 => Self::Revoked,
            5 => Self::Token,
            6 => Self::Owner,
            _ => return None,
        })
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What it is.
    pub kind: Kind,
    /// An id, or nothing where there is one row of the kind.
    pub name: String,
    /// When it was last made so, on the clock of the customer's object.
    pub timestamp: f64,
    /// It counts until this moment.
    pub until: f64,
    /// Of a tombstone: whether it has ended a session.
    pub ended: bool,
}

/// A session.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id.
    pub session_id: String,
    /// Whose it is.
    pub customer_id: String,
    /// The browser, as it says.
    pub user_agent: String,
    /// In ms since the epoch.
    pub created_at: f64,
    /// The logical timestamp of its `set`.
    pub timestamp: f64,
    /// When it expires.
    pub until: f64,
}

/// What an object keeps.
#[derive(Default)]
pub struct Kept {
    /// The session.
    pub record: Option<Record>,
    /// The rows.
    pub rows: Vec<Held>,
}

/// An object in the middle of a call. What has ended is as if it were not there.
pub type Object = Body<Kept>;

impl Object {
    /// The session.
    pub fn record(&self) -> Option<&Record> {
        let record = self.state.record.as_ref();
        record.filter(|record| record.until > self.now)
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Held> {
        let rows = self.state.rows.iter();
        rows.filter(move |row| row.kind == kind && row.until > self.now)
    }

    /// One row.
    pub fn one(&self, kind: Kind, name: &str) -> Option<&Held> {
        self.of(kind).find(|row| row.name == name)
    }

    /// All rows of a kind, in the order of their timestamps.
    pub fn all(&self, kind: Kind) -> Vec<&Held> {
        let mut all: Vec<&Held> = Vec::new();
        // Mostly they are in that order.
        for row in self.of(kind) {
            let place = all.partition_point(|known| known.timestamp <= row.timestamp);
            all.insert(place, row);
        }
        all
    }

    /// How many rows of a kind there are beside `name`.
    pub fn others(&self, kind: Kind, name: &str) -> usize {
        self.of(kind).filter(|row| row.name != name).count()
    }

    /// Puts a row in place of the one that was there.
    pub fn put(&mut self, row: Held) {
        let rows = &mut self.state.rows;
        match rows
            .iter_mut()
            .find(|known| known.kind == row.kind && known.name == row.name)
        {
            Some(known) => *known = row,
            None => rows.push(row),
        }
    }

    /// Drops a row whose timestamp is at most `timestamp`.
    pub fn drop(&mut self, kind: Kind, name: &str, timestamp: f64) {
        let dropped =
            |row: &Held| row.kind == kind && row.name == name && row.timestamp <= timestamp;
        self.state.rows.retain(|row| !dropped(row));
    }

    /// Drops all rows of a kind.
    pub fn clear(&mut self, kind: Kind) {
        self.state.rows.retain(|row| row.kind != kind);
    }
}

impl State for Kept {
    fn version(&self) -> u8 {
        1
    }

    fn write(&self, writer: &mut Writer) {
        writer.option(self.record.as_ref(), |writer, record| {
            writer.text(&record.session_id);
            writer.text(&record.customer_id);
            writer.text(&record.user_agent);
            for number in [record.created_at, record.timestamp, record.until] {
                writer.number(number);
            }
        });
        writer.whole(self.rows.len() as u64);
        for row in &self.rows {
            writer.byte(row.kind as u8 | u8::from(row.ended) << 7);
            writer.text(&row.name);
            writer.number(row.timestamp);
            writer.number(row.until);
        }
    }

    fn read(&mut self, reader: &mut Reader, _: u8) {
        self.record = reader.option(|reader| Record {
            session_id: reader.text(),
            customer_id: reader.text(),
            user_agent: reader.text(),
            created_at: reader.number(),
            timestamp: reader.number(),
            until: reader.number(),
        });
        self.rows = reader.list(|reader| {
            let flags = reader.byte();
            let kind = Kind::numbered(flags & 0x7f);
            if kind.is_none() {
                reader.fail();
            }
            Held {
                kind: kind.unwrap_or(Kind::Entry),
                ended: flags & 0x80 != 0,
                name: reader.text(),
                timestamp: reader.number(),
                until: reader.number(),
            }
        });
    }

    fn forget(&mut self, _: &Storage, now: f64) -> Result<(), Error> {
        self.record.take_if(|record| record.until <= now);
        self.rows.retain(|row| row.until > now);
        Ok(())
    }

    fn ends_at(&self) -> f64 {
        let rows = self.rows.iter().map(|row| row.until);
        let record = self.record.iter().map(|record| record.until);
        rows.chain(record).fold(0.0, f64::max)
    }

    // Sessions that are revoked must not come back, nor such that are there be gone.
    fn is_guarded(&self) -> bool {
        true
    }
}
