//! What an object keeps of its cart beside the lines: the header, and what was merged into it.

use crate::cart::header::Header;
use crate::cart::remembered::{MAX_MERGES, MERGE_LIFE_MS};
use crate::error::Error;
use crate::object::codec::{Reader, Writer};
use crate::object::state::State;
use crate::object::storage::Storage;
use crate::protocol::call_time::{MEMORY_MS, SPARE_MS};

/// Lines are rows: see `lines.rs`.
pub(super) const DELETE_LINES: &str = "DELETE FROM lines";

/// A merge that was done: it is remembered as long as the cart, since the source may come again after days.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Of its id.
    pub id: u64,
    /// When it was done.
    pub since: f64,
    /// What was noted.
    pub note: String,
}

/// A cart without its lines, which are rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The header; none where nothing was ever written.
    pub header: Option<Header>,
    /// What was merged into it, oldest first.
    pub merges: Vec<Merged>,
    /// Whether there is a table for the lines.
    pub has_table: bool,
}

impl Kept {
    fn is_live(&self, now: f64) -> bool {
        self.header
            .as_ref()
            .is_some_and(|header| header.is_live(now))
    }

    // Whether the cart was deleted, and did not expire: then its merges are remembered for a while.
    fn was_deleted(&self) -> bool {
        self.header
            .as_ref()
            .is_some_and(|header| header.ttl_seconds == 0.0)
    }
}

impl State for Kept {
    fn version(&self) -> u8 {
        1
    }

    fn write(&self, writer: &mut Writer) {
        writer.byte(u8::from(self.has_table));
        writer.option(self.header.as_ref(), |writer, header| {
            for moment in [header.version, header.expires_at, header.renewed_at] {
                writer.number(moment);
            }
            writer.whole(header.ttl_seconds as u64);
            writer.whole(u64::from(header.lines));
            writer.whole(u64::from(header.bytes));
            writer.option(header.owner.as_deref(), Writer::text);
            writer.option(header.merge.as_ref(), |writer, (id, into)| {
                writer.text(id);
                writer.text(into);
            });
        });
        writer.whole(self.merges.len() as u64);
        for merged in &self.merges {
            writer.id(merged.id);
            writer.number(merged.since);
            writer.text(&merged.note);
        }
    }

    fn read(&mut self, reader: &mut Reader, _: u8) {
        self.has_table = reader.byte() != 0;
        self.header = reader.option(|reader| Header {
            version: reader.number(),
            expires_at: reader.number(),
            renewed_at: reader.number(),
            ttl_seconds: reader.whole() as f64,
            lines: reader.whole() as u32,
            bytes: reader.whole() as u32,
            owner: reader.option(Reader::text),
            merge: reader.option(|reader| (reader.text(), reader.text())),
        });
        self.merges = reader.list(|reader| Merged {
            id: reader.id(),
            since: reader.number(),
            note: reader.text(),
        });
    }

    fn forget(&mut self, storage: &Storage, now: f64) -> Result<(), Error> {
        // The newest stay, and all whose copies may be accepted.
        let mut surplus = self.merges.len().saturating_sub(MAX_MERGES);
        let spare = now - (MEMORY_MS - SPARE_MS);
        self.merges.retain(|merged| {
            let goes = surplus > 0 && merged.since <= spare;
            surplus -= usize::from(goes);
            !goes
        });
        if self.is_live(now) {
            return Ok(());
        }
        if !self.was_deleted() {
            self.merges.clear();
        }
        self.merges
            .retain(|merged| merged.since + MERGE_LIFE_MS > now);
        // What was remembered of its calls may be needed for longer than the lines.
        if let Some(header) = self.header.as_mut().filter(|header| header.lines > 0) {
            (header.lines, header.bytes, header.merge) = (0, 0, None);
            storage.run(DELETE_LINES, &[])?;
        }
        Ok(())
    }

    fn ends_at(&self) -> f64 {
        let expires_at = self.header.as_ref().map_or(0.0, |header| header.expires_at);
        if !self.was_deleted() {
            return expires_at;
        }
        let merges = self
            .merges
            .iter()
            .map(|merged| merged.since + MERGE_LIFE_MS);
        merges.fold(expires_at, f64::max)
    }

    fn is_guarded(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(expires_at: f64, ttl_seconds: f64) -> Kept {
        Kept {
            header: Some(Header {
                version: 1e12,
                expires_at,
                ttl_seconds,
                owner: Some("me".to_owned()),
                merge: Some(("id".to_owned(), "target".to_owned())),
                ..Header::default()
            }),
            merges: vec![Merged {
                id: 7,
                since: 1_000.0,
                note: "note".to_owned(),
            }],
            has_table: true,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        for kept in [Kept::default(), cart(5_000.0, 60.0)] {
            let mut writer = Writer::default();
            kept.write(&mut writer);
            let bytes = writer.into_bytes();
            let mut read = Kept::default();
            let mut reader = Reader::new(&bytes);
            read.read(&mut reader, 1);
            assert!(reader.finish().is_ok());
            assert_eq!(read, kept);
        }
    }

    #[test]
    fn a_deleted_target_remembers_its_merges_for_a_month_and_one_that_expired_does_not() {
        assert_eq!(cart(5_000.0, 0.0).ends_at(), 1_000.0 + MERGE_LIFE_MS);
        assert_eq!(cart(5_000.0, 60.0).ends_at(), 5_000.0);
        assert_eq!(Kept::default().ends_at(), 0.0);
    }
}
