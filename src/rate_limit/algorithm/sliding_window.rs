//! The calls of the last `window`: never more than the limit in any stretch of that length. Pure.
//!
//! A log of moments, and bounded. Up to 64 moments are kept to the millisecond; when there are more, they
//! are rounded up to 64ths of the window, so that a call leaves at most a 64th of a window late and never
//! early. The weighted counter of two windows would be two numbers instead, but it guesses how the calls
//! of the last window were spread: it lets up to twice the limit through in the length of one window.

use crate::rate_limit::limit::{Limit, MAX_LIMIT};

/// How many moments are kept to the millisecond.
const EXACT: usize = 64;

/// Calls at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hit {
    at: f64,
    cost: f64,
}

/// The calls that count, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SlidingWindow {
    hits: Vec<Hit>,
    window_ms: f64,
}

impl SlidingWindow {
    /// Nothing used.
    pub(super) const fn new(limit: &Limit) -> Self {
        Self {
            hits: Vec::new(),
            window_ms: limit.window_ms,
        }
    }

    /// One entry for what another algorithm has counted.
    pub(super) fn of(used: f64, at: f64, limit: &Limit) -> Self {
        Self {
            hits: vec![Hit { at, cost: used }],
            window_ms: limit.window_ms,
        }
    }

    /// As it was stored: moments with what was used at each, oldest first.
    pub fn from_parts(hits: Vec<(f64, f64)>, window_ms: f64) -> Self {
        let hits = hits.into_iter().map(|(at, cost)| Hit { at, cost });
        Self {
            hits: hits.collect(),
            window_ms,
        }
    }

    /// What [`Self::from_parts`] takes.
    pub fn parts(&self) -> (Vec<(f64, f64)>, f64) {
        let hits = self.hits.iter().map(|hit| (hit.at, hit.cost));
        (hits.collect(), self.window_ms)
    }

    pub(super) fn at(mut self, limit: &Limit, now: f64) -> Self {
        self.window_ms = limit.window_ms;
        // A rounded moment may lie ahead, and a clock may have gone back; the call itself was by now.
        for hit in &mut self.hits {
            hit.at = hit.at.min(now);
        }
        self.hits.retain(|hit| hit.at + limit.window_ms > now);
        self
    }

    // Rounding alone puts a moment ahead by less than a 64th.
    pub(super) fn needs_rebase(&self, limit: &Limit, now: f64) -> bool {
        let ahead = slot_ms(limit.window_ms);
        self.hits.last().is_some_and(|hit| hit.at > now + ahead)
    }

    pub(super) fn retry_at(&self, limit: &Limit, now: f64) -> f64 {
        let mut over = self.used() + limit.cost - limit.limit;
        if over <= 0.0 {
            return now;
        }
        for hit in &self.hits {
            over -= hit.cost;
            if over <= 0.0 {
                return hit.at + self.window_ms;
            }
        }
        self.ends_at()
    }

    pub(super) fn take(&mut self, limit: &Limit, now: f64) {
        self.push(Hit {
            at: now,
            cost: limit.cost,
        });
        if self.hits.len() > EXACT {
            self.round_up();
        }
    }

    fn push(&mut self, hit: Hit) {
        match self.hits.last_mut() {
            Some(last) if last.at >= hit.at => last.cost = (last.cost + hit.cost).min(MAX_LIMIT),
            _ => self.hits.push(hit),
        }
    }

    // To the last ms of each 64th: at most 65 of them touch a window.
    fn round_up(&mut self) {
        let slot = slot_ms(self.window_ms);
        for hit in std::mem::take(&mut self.hits) {
            self.push(Hit {
                at: (hit.at / slot).floor() * slot + slot - 1.0,
                cost: hit.cost,
            });
        }
    }

    pub(super) fn give_back(&mut self, cost: f64) {
        let mut left = cost;
        while left > 0.0
            && let Some(last) = self.hits.last_mut()
        {
            let part = left.min(last.cost);
            left -= part;
            last.cost -= part;
            if last.cost <= 0.0 {
                self.hits.pop();
            }
        }
    }

    /// What was used within the window.
    pub fn used(&self) -> f64 {
        self.hits.iter().map(|hit| hit.cost).sum()
    }

    pub(super) fn ends_at(&self) -> f64 {
        self.hits
            .last()
            .map_or(0.0, |newest| newest.at + self.window_ms)
    }

    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.hits.len()
    }
}

fn slot_ms(window_ms: f64) -> f64 {
    (window_ms / EXACT as f64).ceil()
}
