//! The calls that were counted lately, so that a copy of one is not counted again. Pure.
//!
//! A check that is counted twice refuses somebody too early; what gives back, or forgets, and is made twice
//! admits more than the limit. So the former are remembered as long as a client repeats them, the newest
//! [`MAX_CHECKS`]; of the latter none is forgotten before its copies are refused as too late.

use crate::protocol::call_time::{CHECK_LATE_MS, MEMORY_MS, remembered_until};
use crate::rate_limit::pair_list;

/// How long a check is remembered, in ms: longer than a client repeats it.
pub const REMEMBERED_MS: f64 = 2.0 * CHECK_LATE_MS;

/// How many checks are remembered for one limit.
pub const MAX_CHECKS: usize = 256;

/// How many refunds, penalties and resets are remembered for one limit.
pub const MAX_CHANGES: usize = 256;

/// Ids of calls, each with the moment until which it is remembered, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls {
    checks: Vec<(f64, f64)>,
    changes: Vec<(f64, f64)>,
}

// What is remembered for longer than any clock is ahead was left by a clock that has gone back far.
const AHEAD_MS: f64 = 2.0 * 86_400_000.0;

fn forget(calls: &mut Vec<(f64, f64)>, now: f64) {
    calls.retain(|(_, until)| *until > now && until - now < AHEAD_MS);
}

impl Calls {
    /// From a column: see [`Self::to_text`].
    pub fn from_text(text: &str) -> Self {
        let (checks, changes) = text.split_once('|').unwrap_or((text, ""));
        Self {
            checks: pair_list::parse(checks).collect(),
            changes: pair_list::parse(changes).collect(),
        }
    }

    /// For a column.
    pub fn to_text(&self) -> String {
        let checks = pair_list::text(self.checks.iter().copied());
        if self.changes.is_empty() {
            return checks;
        }
        [checks, pair_list::text(self.changes.iter().copied())].join("|")
    }

    /// Whether the call was counted.
    pub fn has(&self, id: f64) -> bool {
        let mut calls = self.checks.iter().chain(&self.changes);
        calls.any(|(known, _)| *known == id)
    }

    /// Remembers a check; forgets what is old, or too much.
    pub fn add_check(&mut self, id: f64, now: f64) {
        forget(&mut self.checks, now);
        forget(&mut self.changes, now);
        let surplus = (self.checks.len() + 1).saturating_sub(MAX_CHECKS);
        self.checks.drain(..surplus);
        self.checks.push((id, now + REMEMBERED_MS));
    }

    /// Remembers a refund, penalty or reset. False when there are too many: then it must not be made.
    pub fn add_change(&mut self, id: f64, now: f64, sent: Option<f64>) -> bool {
        forget(&mut self.changes, now);
        if self.changes.len() >= MAX_CHANGES {
            return false;
        }
        self.changes
            .push((id, remembered_until(now, sent, MEMORY_MS)));
        true
    }

    /// Until when something is remembered; 0 when nothing is.
    pub fn until(&self) -> f64 {
        let calls = self.checks.iter().chain(&self.changes);
        calls.fold(0.0, |last, (_, until)| last.max(*until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_remembered_for_a_while() {
        let mut calls = Calls::default();
        calls.add_check(7.0, 1_000.0);
        calls.add_check(8.0, 20_999.0);
        assert!(calls.add_change(5.0, 20_999.0, None));
        let calls = Calls::from_text(&calls.to_text());
        assert!(calls.has(7.0) && calls.has(8.0) && calls.has(5.0) && !calls.has(9.0));
        let mut later = calls.clone();
        later.add_check(9.0, 21_000.0);
        assert!(!later.has(7.0) && later.has(8.0) && later.has(9.0) && later.has(5.0));
        // A clock that went back far: what is remembered of the future would stay for ever.
        let mut back = Calls::default();
        back.add_check(8.0, 1e12);
        back.add_check(9.0, 0.0);
        assert!(!back.has(8.0));
    }

    #[test]
    fn memory_is_bounded_and_no_change_is_forgotten_for_another() {
        let mut calls = Calls::default();
        for id in 0..1_000 {
            calls.add_check(f64::from(id), 1.0);
        }
        assert!(calls.has(999.0) && calls.has(744.0) && !calls.has(743.0));
        for id in 0..MAX_CHANGES {
            assert!(calls.add_change(id as f64 + 2_000.0, 1.0, Some(800_000.0)));
        }
        assert!(!calls.add_change(9_000.0, 1.0, None));
        assert!(calls.add_change(9_000.0, 1_000_000.0, None));
        assert_eq!(calls.until(), 1_600_000.0);
    }
}
