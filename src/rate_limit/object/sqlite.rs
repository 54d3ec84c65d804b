//! The rows of an object, and its alarm: never later than the first end of a row.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::calls::Calls;
use crate::error::Error;
use crate::object::migrations;
use crate::object::storage::{Row, Storage};
use crate::rate_limit::algorithm::fixed_window::FixedWindow;
use crate::rate_limit::algorithm::sliding_window::SlidingWindow;
use crate::rate_limit::algorithm::state::AlgorithmState;
use crate::rate_limit::algorithm::token_bucket::TokenBucket;
use crate::rate_limit::limit::Algorithm;
use crate::rate_limit::request::Request;

// `amount` and `moment` are what the algorithm makes of them; `hits` is the log of a sliding window.
const MIGRATIONS: &[&str] = &["CREATE TABLE limits (
        prefix TEXT PRIMARY KEY, algorithm INTEGER NOT NULL, quota REAL NOT NULL, window_ms REAL NOT NULL,
        amount REAL NOT NULL, moment REAL NOT NULL, hits TEXT NOT NULL, calls TEXT NOT NULL,
        ends_at REAL NOT NULL
    ) WITHOUT ROWID"];

const LOAD: &str =
    "SELECT algorithm, quota, window_ms, amount, moment, hits, calls FROM limits WHERE prefix = ?";

const SAVE: &str = "INSERT INTO limits VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT DO UPDATE SET algorithm = ?2, quota = ?3, window_ms = ?4, amount = ?5, moment = ?6,
        hits = ?7, calls = ?8, ends_at = ?9";

/// One limit at a moment.
pub struct Record {
    /// What was used.
    pub state: AlgorithmState,
    /// Which calls used it lately.
    pub calls: Calls,
    /// Another clock or configuration left it: it is stored although nothing was taken.
    pub needs_rebase: bool,
    /// A window is under way, whatever is left of what was used in it.
    pub begun: bool,
}

/// The storage of an object; none for one that was never written.
pub struct Store(pub Option<Storage>);

impl Store {
    /// Brings the tables to their newest version; returns whether there are any.
    pub fn open(storage: &Storage, create: bool) -> Result<bool, Error> {
        migrations::open(storage, MIGRATIONS, create)
    }

    /// What is stored for a limit, at `now`.
    pub fn load(&self, request: &Request, now: f64) -> Result<Record, Error> {
        let row = match &self.0 {
            Some(storage) => storage.row(LOAD, &[request.prefix.clone().into()])?,
            None => None,
        };
        let (state, calls) = row.as_ref().map_or_else(
            || (AlgorithmState::new(&request.limit, now), Calls::default()),
            parse,
        );
        Ok(Record {
            needs_rebase: state.needs_rebase(&request.limit, now),
            begun: row.is_some() && state.ends_at() > now,
            state: state.at(&request.limit, now),
            calls,
        })
    }

    /// Stores what was used. A row goes with the alarm after its end.
    pub fn save<'a>(
        &self,
        records: impl Iterator<Item = (&'a Request, &'a Record)>,
    ) -> Result<(), Error> {
        let mut records = records.peekable();
        let Some(storage) = self.0.as_ref().filter(|_| records.peek().is_some()) else {
            return Ok(());
        };
        let alarm = first_end(storage)?.unwrap_or(f64::INFINITY);
        let mut first = alarm;
        for (request, record) in records {
            let ends_at = ends_at(record);
            first = first.min(ends_at);
            storage.run(SAVE, &columns(request, record, ends_at))?;
        }
        if first < alarm {
            storage.set_alarm(first)?;
        }
        Ok(())
    }

    /// Forgets one limit. Returns whether that was the last one.
    pub fn forget(&self, prefix: &JsString) -> Result<bool, Error> {
        let Some(storage) = &self.0 else {
            return Ok(false);
        };
        storage.run(
            "DELETE FROM limits WHERE prefix = ?",
            &[prefix.clone().into()],
        )?;
        Ok(first_end(storage)?.is_none())
    }

    /// Forgets what has ended, and sets the alarm for the rest. Returns whether nothing is left.
    pub fn prune(&self, now: f64) -> Result<bool, Error> {
        let Some(storage) = &self.0 else {
            return Ok(true);
        };
        storage.run("DELETE FROM limits WHERE ends_at <= ?", &[now.into()])?;
        let first = first_end(storage)?;
        if let Some(first) = first {
            storage.set_alarm(first)?;
        }
        Ok(first.is_none())
    }
}

// Its calls may be repeated after its end, and an object that empties itself between two calls writes its
// tables each time.
fn ends_at(record: &Record) -> f64 {
    record.state.ends_at().max(record.calls.until())
}

fn first_end(storage: &Storage) -> Result<Option<f64>, Error> {
    let row = storage.row("SELECT MIN(ends_at) FROM limits", &[])?;
    Ok(row.map(|row| row.number(0)).filter(|at| !at.is_nan()))
}

fn parse(row: &Row) -> (AlgorithmState, Calls) {
    let text = |column| row.text(column).map(String::from).unwrap_or_default();
    let (quota, window_ms) = (row.number(1), row.number(2));
    let (amount, moment) = (row.number(3), row.number(4));
    let state = match Algorithm::numbered(row.number(0) as u8) {
        Algorithm::FixedWindow => {
            AlgorithmState::FixedWindow(FixedWindow::from_parts(amount, moment))
        }
        Algorithm::SlidingWindow => {
            AlgorithmState::SlidingWindow(SlidingWindow::from_text(&text(5), window_ms))
        }
        Algorithm::TokenBucket => {
            AlgorithmState::TokenBucket(TokenBucket::from_parts(amount, moment, quota, window_ms))
        }
    };
    (state, Calls::from_text(&text(6)))
}

fn columns(request: &Request, record: &Record, ends_at: f64) -> [JsValue; 9] {
    let limit = &request.limit;
    let ((amount, moment), hits) = match &record.state {
        AlgorithmState::FixedWindow(state) => ((state.used(), state.reset_at()), String::new()),
        AlgorithmState::SlidingWindow(state) => ((0.0, 0.0), state.to_text()),
        AlgorithmState::TokenBucket(state) => (state.parts(), String::new()),
    };
    [
        request.prefix.clone().into(),
        limit.algorithm.number().into(),
        limit.limit.into(),
        limit.window_ms.into(),
        amount.into(),
        moment.into(),
        hits.into(),
        record.calls.to_text().into(),
        ends_at.into(),
    ]
}
