//! Who was refused by an object is remembered in the isolate, and costs no call until then. Pure.

use lru::LruCache;

use crate::rate_limit::limit::{Decision, Limit};

/// How many refusals an isolate remembers.
pub const MAX_BLOCKS: usize = 10_000;

/// Whom a refusal is about.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BlockId {
    /// The number of the handle object.
    pub handle: u32,
    /// The limit's `keyPrefix`.
    pub prefix: String,
    /// Who was refused.
    pub identifier: String,
}

/// A refusal: of a limit, and of the cost that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
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
pub struct Blocks {
    blocks: LruCache<BlockId, Block>,
    epoch: u64,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            // Unbounded, since a bounded one takes its memory at once; `remember` keeps the bound.
            blocks: LruCache::unbounded(),
            epoch: 0,
        }
    }
}

impl Blocks {
    /// The refusal of this call, if it is certain: the same limit, no smaller cost, and not over yet.
    pub fn refusal(&mut self, id: &BlockId, limit: &Limit, now: f64) -> Option<Decision> {
        let block = *self.blocks.get(id)?;
        // A clock that went back would make it last for longer.
        if now >= block.until || now < block.since {
            self.blocks.pop(id);
            return None;
        }
        let same = Limit {
            cost: block.limit.cost,
            ..*limit
        };
        if same != block.limit || limit.cost < block.limit.cost {
            return None;
        }
        Some(Decision {
            allowed: false,
            remaining: block.remaining,
            reset_at: block.reset_at,
            retry_after_seconds: Limit::wait_seconds(block.until - now),
        })
    }

    /// Before a call: see [`Self::remember`].
    pub const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// Remembers that a call, begun at `since` and `epoch`, was refused for the next `for_ms`: counted
    /// from its beginning, which is the safe side.
    pub fn remember(
        &mut self,
        id: BlockId,
        limit: Limit,
        decision: &Decision,
        (since, epoch): (f64, Epoch),
        for_ms: f64,
    ) {
        if epoch != self.epoch() {
            return;
        }
        let block = Block {
            limit,
            since,
            until: since + for_ms,
            remaining: decision.remaining,
            reset_at: decision.reset_at,
        };
        self.blocks.put(id, block);
        if self.blocks.len() > MAX_BLOCKS {
            self.blocks.pop_lru();
        }
    }

    /// Forgets a refusal, and whatever calls that are under way will be refused with.
    pub fn clear(&mut self, id: &BlockId) {
        self.blocks.pop(id);
        self.epoch += 1;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(identifier: &str) -> BlockId {
        BlockId {
            handle: 1,
            prefix: "rl:".to_owned(),
            identifier: identifier.to_owned(),
        }
    }

    fn limit(cost: f64) -> Limit {
        Limit::new(10.0, 60.0, cost).unwrap()
    }

    fn refused(blocks: &mut Blocks, who: &str, cost: f64, now: f64) {
        let decision = limit(cost).answer(false, 8.0, now + 60_000.0, now);
        let begun = (now, blocks.epoch());
        blocks.remember(id(who), limit(cost), &decision, begun, 60_000.0);
    }

    #[test]
    fn a_refusal_holds_for_its_cost_and_more_until_it_is_over() {
        let mut blocks = Blocks::default();
        refused(&mut blocks, "a", 5.0, 1_000.0);
        let answer = blocks.refusal(&id("a"), &limit(5.0), 2_500.0).unwrap();
        assert!(!answer.allowed);
        assert_eq!(answer.remaining, 2.0);
        assert_eq!(answer.retry_after_seconds, 59.0);
        assert!(blocks.refusal(&id("a"), &limit(6.0), 2_500.0).is_some());
        assert!(blocks.refusal(&id("a"), &limit(4.0), 2_500.0).is_none());
        assert!(blocks.refusal(&id("b"), &limit(5.0), 2_500.0).is_none());
        let other = Limit::new(11.0, 60.0, 5.0).unwrap();
        assert!(blocks.refusal(&id("a"), &other, 2_500.0).is_none());
        assert!(blocks.refusal(&id("a"), &limit(5.0), 60_999.0).is_some());
        assert!(blocks.refusal(&id("a"), &limit(5.0), 61_000.0).is_none());
        assert!(blocks.is_empty());
    }

    #[test]
    fn a_clock_that_goes_back_ends_it() {
        let mut blocks = Blocks::default();
        refused(&mut blocks, "a", 1.0, 1_000.0);
        assert!(blocks.refusal(&id("a"), &limit(1.0), 999.0).is_none());
    }

    #[test]
    fn a_refusal_under_way_does_not_survive_a_refund() {
        let mut blocks = Blocks::default();
        let begun = (0.0, blocks.epoch());
        blocks.clear(&id("a"));
        let decision = limit(1.0).answer(false, 10.0, 60_000.0, 0.0);
        blocks.remember(id("a"), limit(1.0), &decision, begun, 60_000.0);
        assert!(blocks.refusal(&id("a"), &limit(1.0), 1.0).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let mut blocks = Blocks::default();
        for i in 0..MAX_BLOCKS + 5 {
            refused(&mut blocks, &i.to_string(), 1.0, 0.0);
        }
        assert_eq!(blocks.len(), MAX_BLOCKS);
        assert!(blocks.refusal(&id("0"), &limit(1.0), 1.0).is_none());
    }
}
