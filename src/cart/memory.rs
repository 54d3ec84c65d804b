//! A cart in memory: what answers when the object cannot, where that was asked for. Pure.

use super::model::{Line, MAX_KEYS, MERGE_LIFE_MS, MERGES_FROM};
use super::storage::{Found, Header, Keeper, is_of_call, is_spare};
use crate::error::Error;

/// A cart of this isolate, gone with it.
#[derive(Clone, Default)]
pub struct MemoryCart {
    header: Option<Header>,
    lines: Vec<(String, Line)>,
    keys: Vec<(String, f64, String)>,
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

    fn at(&mut self, key: &str) -> Option<&mut Line> {
        let found = self.lines.iter_mut().find(|(name, _)| name == key);
        found.map(|(_, line)| line)
    }
}

impl Keeper for MemoryCart {
    fn header(&self) -> Result<Option<Header>, Error> {
        Ok(self.header.clone())
    }

    fn save(&mut self, header: &Header) -> Result<(), Error> {
        self.header = Some(header.clone());
        Ok(())
    }

    fn line(&self, key: &str) -> Result<Option<Found>, Error> {
        let found = self.lines.iter().find(|(name, _)| name == key);
        Ok(found.map(|(_, line)| Found {
            qty: line.qty,
            bytes: line.bytes(),
            tail: line.tail.clone(),
        }))
    }

    fn put(&mut self, key: &str, line: &Line) -> Result<(), Error> {
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

    fn remove(&mut self, key: &str) -> Result<(), Error> {
        self.lines.retain(|(name, _)| name != key);
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Error> {
        self.lines.clear();
        Ok(())
    }

    fn recall(&self, key: &str, now: f64) -> Result<Option<String>, Error> {
        let mut keys = self.keys.iter();
        let found = keys.find(|(name, until, _)| name == key && *until > now);
        Ok(found.map(|(_, _, note)| note.clone()))
    }

    fn remember(&mut self, key: &str, until: f64, note: &str) -> Result<(), Error> {
        self.keys.push((key.to_owned(), until, note.to_owned()));
        Ok(())
    }

    fn set_alarm(&mut self, _: f64) -> Result<(), Error> {
        Ok(())
    }

    fn keys_until(&self, merges: bool) -> Result<Option<f64>, Error> {
        let needed = |until: f64| {
            if until < MERGES_FROM {
                until
            } else {
                until - MERGES_FROM + MERGE_LIFE_MS
            }
        };
        let keys = self.keys.iter().map(|(_, until, _)| *until);
        let keys = keys.filter(|until| merges || *until < MERGES_FROM);
        let keys = keys.map(needed);
        Ok(keys.reduce(f64::max))
    }

    fn forget(&mut self, now: f64) -> Result<(), Error> {
        self.keys.retain(|(_, until, _)| *until > now);
        let calls = self.keys.iter().filter(|(key, ..)| is_of_call(key));
        let mut excess = calls.count().saturating_sub(MAX_KEYS as usize);
        // The oldest come first.
        self.keys.retain(|(key, until, _)| {
            let goes = excess > 0 && is_of_call(key) && is_spare(*until, now);
            excess -= usize::from(goes);
            !goes
        });
        Ok(())
    }
}
