//! Who was refused by an object is remembered in the isolate, and costs no call until then. Pure.

use lru::LruCache;

use crate::rate_limit::limit::{Decision, Limit};

/// How many refusals an isolate remembers.
pub const MAX_REFUSALS: usize = 10_000;

/// Whom a refusal is about.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RefusalId {
    /// The number of the namespace's handle object.
    pub namespace_id: u32,
    /// The limit's `keyPrefix`.
    pub prefix: String,
    /// Who was refused.
    pub identifier: String,
}

/// A refusal: of a limit, and of the cost that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Refusal {
    limit: Limit,
    since: f64,
    until: f64,
    remaining: f64,
    reset_at: f64,
}

/// What a refusal must not be remembered beyond: a refund or a reset that went on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch(u64);

/// The refusals of an isolate, by use, bounded.
pub struct RefusalCache {
    refusals: LruCache<RefusalId, Refusal>,
    epoch: u64,
}

impl Default for RefusalCache {
    fn default() -> Self {
        Self {
            // Unbounded, since a bounded one takes its memory at once; `remember` keeps the bound.
            refusals: LruCache::unbounded(),
            epoch: 0,
        }
    }
}

impl RefusalCache {
    /// The refusal of this call, if it is certain: the same limit, no smaller cost, and not over yet. With it, for how
    /// many ms it lasts.
    pub fn refusal(&mut self, id: &RefusalId, limit: &Limit, now: f64) -> Option<(f64, Decision)> {
        let refusal = *self.refusals.get(id)?;
        // A clock that went back would make it last for longer.
        if now >= refusal.until || now < refusal.since {
            self.refusals.pop(id);
            return None;
        }
        let same = Limit {
            cost: refusal.limit.cost,
            ..*limit
        };
        if same != refusal.limit || limit.cost < refusal.limit.cost {
            return None;
        }
        let wait_ms = if limit.is_out_of_reach() {
            limit.window_ms
        } else {
            refusal.until - now
        };
        let decision = Decision {
            allowed: false,
            remaining: refusal.remaining,
            reset_at: refusal.reset_at,
            retry_after_seconds: Limit::wait_seconds(wait_ms),
        };
        Some((wait_ms, decision))
    }

    /// Before a call: see [`Self::remember`].
    pub const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// Remembers that a call, begun at `since` and `epoch`, was refused for the next `for_ms`: counted
    /// from its beginning, which is the safe side.
    pub fn remember(
        &mut self,
        id: RefusalId,
        limit: Limit,
        decision: &Decision,
        (since, epoch): (f64, Epoch),
        for_ms: f64,
    ) {
        if epoch != self.epoch() {
            return;
        }
        let refusal = Refusal {
            limit,
            since,
            until: since + for_ms,
            remaining: decision.remaining,
            reset_at: decision.reset_at,
        };
        self.refusals.put(id, refusal);
        if self.refusals.len() > MAX_REFUSALS {
            self.refusals.pop_lru();
        }
    }

    /// Forgets a refusal, and whatever calls that are under way will be refused with.
    pub fn clear(&mut self, id: &RefusalId) {
        self.refusals.pop(id);
        self.epoch += 1;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.refusals.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.refusals.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(identifier: &str) -> RefusalId {
        RefusalId {
            namespace_id: 1,
            prefix: "rl:".to_owned(),
            identifier: identifier.to_owned(),
        }
    }

    fn limit(cost: f64) -> Limit {
        Limit::new(10.0, 60.0, cost).unwrap()
    }

    fn refused(refusals: &mut RefusalCache, who: &str, cost: f64, now: f64) {
        let decision = limit(cost).decision(false, 8.0, now + 60_000.0, now);
        let begun = (now, refusals.epoch());
        refusals.remember(id(who), limit(cost), &decision, begun, 60_000.0);
    }

    #[test]
    fn a_refusal_holds_for_its_cost_and_more_until_it_is_over() {
        let mut refusals = RefusalCache::default();
        refused(&mut refusals, "a", 5.0, 1_000.0);
        let (wait_ms, known) = refusals.refusal(&id("a"), &limit(5.0), 2_500.0).unwrap();
        assert_eq!(wait_ms, 58_500.0);
        assert!(!known.allowed);
        assert_eq!(known.remaining, 2.0);
        assert_eq!(known.retry_after_seconds, 59.0);
        assert!(refusals.refusal(&id("a"), &limit(6.0), 2_500.0).is_some());
        assert!(refusals.refusal(&id("a"), &limit(4.0), 2_500.0).is_none());
        assert!(refusals.refusal(&id("b"), &limit(5.0), 2_500.0).is_none());
        let other = Limit::new(11.0, 60.0, 5.0).unwrap();
        assert!(refusals.refusal(&id("a"), &other, 2_500.0).is_none());
        assert!(refusals.refusal(&id("a"), &limit(5.0), 60_999.0).is_some());
        assert!(refusals.refusal(&id("a"), &limit(5.0), 61_000.0).is_none());
        assert!(refusals.is_empty());
    }

    #[test]
    fn what_no_window_admits_waits_for_one_whenever_it_is_asked() {
        let mut refusals = RefusalCache::default();
        refused(&mut refusals, "a", 5.0, 1_000.0);
        let (wait_ms, known) = refusals.refusal(&id("a"), &limit(11.0), 2_500.0).unwrap();
        assert_eq!((wait_ms, known.retry_after_seconds), (60_000.0, 60.0));
    }

    #[test]
    fn a_clock_that_goes_back_ends_it() {
        let mut refusals = RefusalCache::default();
        refused(&mut refusals, "a", 1.0, 1_000.0);
        assert!(refusals.refusal(&id("a"), &limit(1.0), 999.0).is_none());
    }

    #[test]
    fn a_refusal_under_way_does_not_survive_a_refund() {
        let mut refusals = RefusalCache::default();
        let begun = (0.0, refusals.epoch());
        refusals.clear(&id("a"));
        let decision = limit(1.0).decision(false, 10.0, 60_000.0, 0.0);
        refusals.remember(id("a"), limit(1.0), &decision, begun, 60_000.0);
        assert!(refusals.refusal(&id("a"), &limit(1.0), 1.0).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let mut refusals = RefusalCache::default();
        for i in 0..MAX_REFUSALS + 5 {
            refused(&mut refusals, &i.to_string(), 1.0, 0.0);
        }
        assert_eq!(refusals.len(), MAX_REFUSALS);
        assert!(refusals.refusal(&id("0"), &limit(1.0), 1.0).is_none());
    }
}
