//! A bucket of `limit` tokens that refills `limit` per `window`, bit by bit. Pure.
//!
//! Lets a burst of the whole limit through, and then calls at the pace of the refill: in a stretch of
//! `t` windows at most `limit + t * limit`. It is kept as the tokens that are missing, and how much of the first of them
//! is there again, in units of which a token has `window_ms`: a millisecond brings `limit` of them. All numbers are
//! whole, and exact up to the largest limit and the longest window: products of both would not fit 64 bits, and none
//! is made.

use crate::rate_limit::limit::Limit;

/// What is missing in the bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenBucket {
    /// Tokens that are missing, the first of them in part.
    tokens: u64,
    /// Units of it that are there again, fewer than a token has.
    units: u64,
    at: f64,
    limit: u64,
    window_ms: u64,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) const fn new(limit: &Limit, now: f64) -> Self {
        Self::from_parts(0, 0, now, limit.limit as u64, limit.window_ms as u64)
    }

    /// A bucket in which as many tokens are missing; all of them at most.
    pub(super) fn of(used: f64, limit: &Limit, now: f64) -> Self {
        let tokens = used.min(limit.limit).ceil() as u64;
        Self {
            tokens,
            ..Self::new(limit, now)
        }
    }

    /// As it was stored.
    pub const fn from_parts(tokens: u64, units: u64, at: f64, limit: u64, window_ms: u64) -> Self {
        Self {
            tokens,
            units,
            at,
            limit,
            // It divides.
            window_ms: if window_ms == 0 { 1 } else { window_ms },
        }
    }

    /// As it was stored before: all that is missing in units.
    #[inline(never)]
    pub fn from_units(missing: f64, at: f64, limit: f64, window_ms: f64) -> Self {
        let bucket = Self::from_parts(0, 0, at, limit as u64, window_ms as u64);
        let missing = missing as u64;
        let tokens = missing.div_ceil(bucket.window_ms);
        Self {
            tokens,
            units: tokens.wrapping_mul(bucket.window_ms) - missing,
            ..bucket
        }
    }

    /// What [`Self::from_parts`] takes.
    pub const fn parts(&self) -> (u64, u64, f64, u64, u64) {
        (self.tokens, self.units, self.at, self.limit, self.window_ms)
    }

    // The same when `ms` have gone by.
    fn after(self, ms: f64) -> Self {
        // No more than two windows are missing. A clock that went back refills nothing.
        let ms = ms.max(0.0).min(2.0 * self.window_ms as f64) as u64;
        let part = ms.saturating_mul(self.limit % self.window_ms);
        let units = self.units.saturating_add(part);
        let tokens = ms.saturating_mul(self.limit / self.window_ms) + units / self.window_ms;
        let (tokens, units) = match self.tokens.checked_sub(tokens) {
            None | Some(0) => (0, 0),
            Some(tokens) => (tokens, units % self.window_ms),
        };
        Self {
            tokens,
            units,
            ..self
        }
    }

    pub(super) fn at(self, limit: &Limit, now: f64) -> Self {
        let (limit, window_ms) = (limit.limit as u64, limit.window_ms as u64);
        let bucket = self.after(now - self.at);
        let (tokens, units) = if bucket.limit == limit && bucket.window_ms == window_ms {
            (bucket.tokens, bucket.units)
        } else if bucket.tokens > limit {
            (limit, 0)
        } else {
            // As much of a token, rounded down.
            let units = bucket.units.saturating_mul(window_ms) / bucket.window_ms;
            (bucket.tokens, units.min(window_ms - 1))
        };
        Self::from_parts(tokens, units, now, limit, window_ms)
    }

    pub(super) fn needs_rebase(&self, limit: &Limit, now: f64) -> bool {
        self.at > now
            || self.limit != limit.limit as u64
            || self.window_ms != limit.window_ms as u64
    }

    // How many ms it takes until no more than `tokens` are missing.
    fn wait_ms(&self, tokens: u64) -> f64 {
        let over = self.tokens.saturating_sub(tokens) as f64;
        if over <= 0.0 {
            return 0.0;
        }
        // To a ms, as far as this is exact: the bucket itself says which one it is.
        let about = (over * self.window_ms as f64 - self.units as f64) / self.limit as f64;
        let first = about.floor() - 1.0;
        let within = |ms: &f64| self.after(*ms).tokens <= tokens;
        let near = [first, first + 1.0, first + 2.0];
        near.into_iter().find(within).unwrap_or(first + 3.0)
    }

    // For a call that a full bucket admits.
    pub(super) fn retry_at(&self, limit: &Limit, now: f64) -> f64 {
        now + self.wait_ms((limit.limit - limit.cost) as u64)
    }

    pub(super) fn take(&mut self, limit: &Limit) {
        // Penalties may take more than there is, up to another bucket: an end must be in sight.
        self.tokens += limit.cost as u64;
        if self.tokens > 2 * self.limit {
            (self.tokens, self.units) = (2 * self.limit, 0);
        }
    }

    pub(super) fn give_back(&mut self, limit: &Limit) {
        self.tokens = self.tokens.saturating_sub(limit.cost as u64);
        if self.tokens == 0 {
            self.units = 0;
        }
    }

    /// How many tokens are missing, a part of one as a whole.
    pub fn used(&self, now: f64) -> f64 {
        self.after(now - self.at).tokens as f64
    }

    pub(super) fn ends_at(&self) -> f64 {
        self.at + self.wait_ms(0)
    }
}
