//! A cart in memory: what serves when the object cannot be reached, where that was asked for. Pure.

use super::header::Header;
use super::line::Line;
use super::remembered::{MAX_CALLS, Retention, is_of_call};
use super::storage::{About, CartStorage, Snapshot, StoredLine};
use crate::error::Error;

/// A cart of this isolate, gone with it.
#[derive(Clone, Default)]
pub struct MemoryCart {
    header: Option<Header>,
    lines: Vec<(String, Line)>,
    keys: Vec<(String, Retention, String)>,
}

impl MemoryCart {
    /// About how many bytes it holds.
    pub fn bytes(&self) -> usize {
        let lines = self.header.as_ref().map_or(0, |header| header.bytes);
        lines as usize + 100 * self.keys.len() + 1_000
    }

    /// The cart as JSON.
    pub fn json(&self) -> String {
        let mut json = String::from("{");
        for (_, line) in &self.lines {
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&line.head);
            json.push_str(&line.qty.to_string());
            json.push_str(&line.tail);
        }
        json.push('}');
        json
    }

    /// Forgets the calls whose time is over, and the oldest beyond [`MAX_CALLS`] whose copies are refused as too late.
    pub fn forget(&mut self, now: f64) {
        self.keys.retain(|(_, retention, _)| retention.holds(now));
        let calls = self.keys.iter().filter(|(key, ..)| is_of_call(key));
        let mut excess = calls.count().saturating_sub(MAX_CALLS as usize);
        // The oldest come first.
        self.keys.retain(|(key, retention, _)| {
            let goes = excess > 0 && is_of_call(key) && retention.is_spare(now);
            excess -= usize::from(goes);
            !goes
        });
    }

    fn at(&mut self, key: &str) -> Option<&mut Line> {
        let found = self.lines.iter_mut().find(|(name, _)| name == key);
        found.map(|(_, line)| line)
    }
}

impl CartStorage for MemoryCart {
    fn read(&self, about: &About) -> Result<Option<Snapshot>, Error> {
        let Some(header) = self.header.clone() else {
            return Ok(None);
        };
        let recall = |key: &Option<String>| match key {
            Some(key) => self.recall(key, about.now),
            None => Ok(None),
        };
        Ok(Some(Snapshot {
            header,
            applied: recall(&about.call_key)?,
            refused: recall(&about.refusal_key)?,
            line: about.line.map_or(Ok(None), |key| self.line(key))?,
        }))
    }

    fn save(&mut self, header: &Header) -> Result<(), Error> {
        self.header = Some(header.clone());
        Ok(())
    }

    fn line(&self, key: &str) -> Result<Option<StoredLine>, Error> {
        let found = self.lines.iter().find(|(name, _)| name == key);
        Ok(found.map(|(_, line)| StoredLine {
            qty: line.qty,
            bytes: line.bytes(),
            tail: line.tail.clone(),
        }))
    }

    fn put_line(&mut self, key: &str, line: &Line) -> Result<(), Error> {
        match self.at(key) {
            Some(old) => *old = line.clone(),
            None => self.lines.push((key.to_owned(), line.clone())),
        }
        Ok(())
    }

    fn set_qty(&mut self, key: &str, qty: i32) -> Result<(), Error> {
        if let Some(line) = self.at(key) {
            line.qty = qty;
        }
        Ok(())
    }

    fn delete_line(&mut self, key: &str) -> Result<(), Error> {
        self.lines.retain(|(name, _)| name != key);
        Ok(())
    }

    fn delete_lines(&mut self) -> Result<(), Error> {
        self.lines.clear();
        Ok(())
    }

    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error> {
        let mut keys = self.keys.iter();
        let found = keys.find(|(name, retention, _)| name == key && retention.holds(now));
        Ok(found.map(|(_, _, note)| note.clone()))
    }

    fn remember(&mut self, key: &str, retention: Retention, note: &str) -> Result<(), Error> {
        self.keys.push((key.to_owned(), retention, note.to_owned()));
        Ok(())
    }
}
