//! The table of version 0.1: a row for each prefix, with the calls that it remembered.

use crate::error::Error;
use crate::object::call::{Answer, Key};
use crate::object::calls::Calls;
use crate::object::state::{Before, OldTables};
use crate::object::storage::Row;
use crate::rate_limit::algorithm::fixed_window::FixedWindow;
use crate::rate_limit::algorithm::sliding_window::SlidingWindow;
use crate::rate_limit::algorithm::state::AlgorithmState;
use crate::rate_limit::algorithm::token_bucket::TokenBucket;
use crate::rate_limit::limit::Algorithm;

use super::state::{Limits, Used};

// As many limits as an identifier may have: those that last longest.
const LIMITS: &str =
    "SELECT prefix, algorithm, quota, window_ms, amount, moment, hits, calls FROM limits
    WHERE ends_at > ? ORDER BY ends_at DESC LIMIT 1000";

impl OldTables for Limits {
    fn read_tables(&mut self, before: Before) -> Result<(), Error> {
        let Before { storage, now, .. } = before;
        for row in storage.rows(LIMITS, &[now.into()])? {
            self.0.push(Used {
                prefix: row.string(0),
                state: state(&row),
            });
            remember(&row.string(7), now, before.calls);
        }
        storage.run("DROP TABLE limits", &[])
    }
}

fn state(row: &Row) -> AlgorithmState {
    let (quota, window_ms) = (row.number(2), row.number(3));
    let (amount, moment) = (row.number(4), row.number(5));
    match Algorithm::numbered(row.number(1) as u8) {
        Algorithm::FixedWindow => {
            AlgorithmState::FixedWindow(FixedWindow::from_parts(amount, moment))
        }
        Algorithm::SlidingWindow => {
            let hits = pairs(&row.string(6));
            AlgorithmState::SlidingWindow(SlidingWindow::from_parts(hits, window_ms))
        }
        Algorithm::TokenBucket => {
            AlgorithmState::TokenBucket(TokenBucket::from_units(amount, moment, quota, window_ms))
        }
    }
}

// Checks, and after a bar what gave back, took or reset: ids, each with its end.
fn remember(text: &str, now: f64, calls: &mut Calls) {
    let (checks, changes) = text.split_once('|').unwrap_or((text, ""));
    let key: [fn(u64) -> Key; 2] = [Key::check, Key::own];
    for (key, text) in key.into_iter().zip([checks, changes]) {
        for (id, until) in pairs(text) {
            if until > now {
                calls.adopt(key(id as u64), until, 0, Answer::Nothing);
            }
        }
    }
}

// The whole numbers of `1790000000123,1;1790000000456,3`, in pairs.
fn pairs(text: &str) -> Vec<(f64, f64)> {
    let (mut pairs, mut first, mut number) = (Vec::new(), None, 0_u64);
    for byte in text.bytes().chain([b';']) {
        match byte {
            b'0'..=b'9' => number = number.wrapping_mul(10) + u64::from(byte - b'0'),
            b',' => (first, number) = (Some(number as f64), 0),
            _ => {
                pairs.extend(first.take().map(|first| (first, number as f64)));
                number = 0;
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read() {
        assert_eq!(
            pairs("1790000000123,1;9007199254740991,0"),
            [(1_790_000_000_123.0, 1.0), (9_007_199_254_740_991.0, 0.0)]
        );
        assert_eq!(pairs("0,5"), [(0.0, 5.0)]);
        assert_eq!(pairs(""), []);
    }
}
