//! The calls that an object remembers, so that one that comes again, or late, has no effect but its first. Pure.
//!
//! One memory for all classes. Few calls are a part of the object's state, which is written anyway; beyond
//! [`MAX_AT_HAND`] they move to pages of their own, by their ids, so that a call is looked up in one page. To move them
//! costs a row for each page, once in [`MAX_AT_HAND`] calls.

use std::rc::Rc;

use crate::error::Error;
use crate::object::call::{Answer, Call, Key, Kind, read_call_of, read_calls, write_calls};
use crate::object::codec::{Reader, Writer};
use crate::protocol::call_time::SPARE_MS;

/// How many calls are written with the state, but for checks.
pub const MAX_AT_HAND: usize = 256;

/// How many checks are remembered: 6 bytes each, so that the state of a limiter stays in its page of the database. (The table
/// of `storage.kv` keeps about 1,000 bytes of a value in place.)
pub const MAX_CHECKS: usize = 150;

/// How many calls with keys of their callers are remembered at least, within their time.
pub const MAX_GIVEN: usize = 1_000;

// How long a page is at most, about: each call reads one, and a value of the storage has 2 MB. With more than
// [`MAX_PAGES`] of them pages are longer.
const PAGE_BYTES: usize = 4_096;
const MAX_PAGES: usize = 64;

// What is remembered for longer than any clock is ahead was left by a clock that has gone back far.
const AHEAD_MS: f64 = 2.0 * 86_400_000.0;

/// Where pages are kept.
pub trait Pages {
    /// A page that was written.
    fn read(&self, page: u32) -> Result<Vec<u8>, Error>;
    /// Writes a page.
    fn write(&self, page: u32, bytes: &[u8]) -> Result<(), Error>;
    /// Deletes a page.
    fn delete(&self, page: u32) -> Result<(), Error>;
}

/// The calls that an object remembers.
#[derive(Clone)]
pub struct Calls {
    at_hand: Vec<Call>,
    pages: u32,
    /// When the last call on a page ends.
    pages_until: f64,
    store: Rc<dyn Pages>,
    has_changed: bool,
}

impl Calls {
    /// None, with pages in `store`.
    pub fn new(store: Rc<dyn Pages>) -> Self {
        Self {
            at_hand: Vec::new(),
            pages: 0,
            pages_until: 0.0,
            store,
            has_changed: false,
        }
    }

    /// Whether none is remembered.
    pub const fn is_empty(&self) -> bool {
        self.at_hand.is_empty() && self.pages == 0
    }

    /// Until when the last is remembered; 0 when none is.
    pub fn until(&self) -> f64 {
        let at_hand = self.at_hand.iter().map(|call| call.until);
        at_hand.fold(self.pages_until, f64::max)
    }

    /// The call of this key, if it is remembered still.
    ///
    /// # Errors
    /// The storage failed.
    pub fn find(&self, key: &Key, now: f64) -> Result<Option<Call>, Error> {
        let mut at_hand = self.at_hand.iter().rev();
        if let Some(call) = at_hand.find(|call| call.is_of(key, now)) {
            return Ok(Some(call.clone()));
        }
        if self.pages_until <= now {
            return Ok(None);
        }
        let page = self.store.read(page_of(key.id, self.pages))?;
        let mut reader = Reader::new(&page);
        let found = read_call_of(&mut reader, key, now);
        reader.finish()?;
        Ok(found)
    }

    /// Whether one was added since they were read.
    pub const fn has_changed(&self) -> bool {
        self.has_changed
    }

    /// Remembers a call, in place of what was remembered by its id.
    pub fn add(&mut self, call: Call) {
        self.has_changed = true;
        self.at_hand.retain(|known| known.key != call.key);
        self.at_hand.push(call);
    }

    /// Remembers what an older version has remembered: of its keys no two are the same.
    pub fn adopt(&mut self, key: Key, until: f64, note: u32, answer: Answer) {
        self.has_changed = true;
        self.at_hand.push(Call {
            key,
            until,
            note,
            answer,
        });
    }

    /// Of the calls that returned a text with a place of its own the newest `most` keep theirs. Returns the places that
    /// are free; those calls return nothing when they are made again.
    pub fn forget_texts(&mut self, most: usize) -> Vec<u32> {
        let mut freed = Vec::new();
        let stored = |call: &&mut Call| matches!(call.answer, Answer::Stored(_));
        for call in self.at_hand.iter_mut().rev().filter(stored).skip(most) {
            if let Answer::Stored(place) = std::mem::take(&mut call.answer) {
                freed.push(place);
            }
        }
        freed
    }

    /// Forgets what has ended or is too much, before the state is written. Returns the texts that have a place of
    /// their own and are needed no more.
    ///
    /// # Errors
    /// The storage failed.
    pub fn settle(&mut self, now: f64) -> Result<Vec<u32>, Error> {
        let mut all = std::mem::take(&mut self.at_hand);
        let (mut checks, mut changes) = (0, 0);
        for call in &all {
            checks += usize::from(call.key.kind == Kind::Check);
            changes += usize::from(moves(call));
        }
        let before = self.pages;
        // Those that a clock has left which went back far are forgotten on pages as well.
        let has_ended = self.pages_until <= now || self.pages_until - now >= AHEAD_MS;
        let turns = changes > MAX_AT_HAND || (before > 0 && has_ended);
        if turns {
            let newer = std::mem::take(&mut all);
            for page in 0..before {
                let older = self.read_page(page)?.into_iter();
                all.extend(older.filter(|call| newer.iter().all(|known| known.key != call.key)));
            }
            all.extend(newer);
            forget_surplus(&mut all, now);
        }
        let mut surplus = usize::saturating_sub(checks, MAX_CHECKS);
        let mut freed = Vec::new();
        all.retain(|call| {
            let is_surplus = surplus > 0 && call.key.kind == Kind::Check;
            surplus -= usize::from(is_surplus);
            let is_needed = call.until > now && call.until - now < AHEAD_MS;
            if let (false, Answer::Stored(text)) = (is_needed, &call.answer) {
                freed.push(*text);
            }
            is_needed && !is_surplus
        });
        self.at_hand = all;
        if turns {
            self.turn_pages(before)?;
        }
        Ok(freed)
    }

    // Moves all but checks to pages, or leaves them at hand when they are few.
    fn turn_pages(&mut self, before: u32) -> Result<(), Error> {
        (self.pages, self.pages_until) = (0, 0.0);
        let changes = self.at_hand.iter().filter(|call| moves(call)).count();
        if changes > MAX_AT_HAND / 2 {
            let bytes = self.page(0, 1).len();
            let pages = bytes.div_ceil(PAGE_BYTES).next_power_of_two();
            self.pages = pages.min(MAX_PAGES) as u32;
            self.pages_until = self.until();
            for page in 0..self.pages {
                self.store.write(page, &self.page(page, self.pages))?;
            }
            self.at_hand.retain(|call| !moves(call));
        }
        (self.pages..before).try_for_each(|page| self.store.delete(page))
    }

    // The bytes of a page, of so many.
    fn page(&self, page: u32, pages: u32) -> Vec<u8> {
        let is_on_it = |call: &&Call| moves(call) && page_of(call.key.id, pages) == page;
        let mut writer = Writer::default();
        write_calls(
            &mut writer,
            &self.at_hand.iter().filter(is_on_it).collect::<Vec<_>>(),
        );
        writer.into_bytes()
    }

    /// Writes them with the state.
    pub fn write(&self, writer: &mut Writer) {
        writer.whole(u64::from(self.pages));
        if self.pages > 0 {
            writer.number(self.pages_until);
        }
        write_calls(writer, &self.at_hand.iter().collect::<Vec<_>>());
    }

    /// Reads them.
    pub fn read(&mut self, reader: &mut Reader) {
        self.pages = reader.whole().min(MAX_PAGES as u64) as u32;
        if self.pages > 0 {
            self.pages_until = reader.number();
        }
        self.at_hand = read_calls(reader);
    }

    fn read_page(&self, page: u32) -> Result<Vec<Call>, Error> {
        let page = self.store.read(page)?;
        let mut reader = Reader::new(&page);
        let calls = read_calls(&mut reader);
        reader.finish()?;
        Ok(calls)
    }
}

// Of calls with keys of their callers the newest stay, and all whose copies may be accepted.
fn forget_surplus(calls: &mut Vec<Call>, now: f64) {
    let later = |calls: &[Call], than: f64| {
        let given = calls.iter().filter(|call| call.key.kind == Kind::Given);
        given.filter(|call| call.until > than).count()
    };
    // The moment since which not more than that have ended, or will; only of what is spare.
    let (mut least, mut most) = (now, now + SPARE_MS);
    if later(calls, least) <= MAX_GIVEN {
        return;
    }
    while most - least > 1.0 {
        let middle = f64::midpoint(least, most);
        if later(calls, middle) > MAX_GIVEN {
            least = middle;
        } else {
            most = middle;
        }
    }
    calls.retain(|call| call.key.kind != Kind::Given || call.until > least);
}

// Whether it moves to a page: checks are few, and of texts with a place of their own the newest must be at hand.
const fn moves(call: &Call) -> bool {
    !matches!(call.key.kind, Kind::Check) && !matches!(call.answer, Answer::Stored(_))
}

// `pages` is a power of two.
const fn page_of(id: u64, pages: u32) -> u32 {
    (id ^ (id >> 32)) as u32 & pages.saturating_sub(1)
}

#[cfg(test)]
mod tests;
