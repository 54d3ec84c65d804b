//! All counters of an isolate, bounded. Pure.

use lru::LruCache;

use super::counter::Counter;

/// How many counters an isolate remembers.
pub const MAX_COUNTERS: usize = 10_000;

/// How many it remembers while KV does not take what they hold: then the least used is lost.
pub const MAX_UNWRITTEN: usize = 2 * MAX_COUNTERS;

/// How many of the least used counters are looked at for one that can go without a write.
const LOOK_AT: usize = 64;

/// A counter's place: which namespace it belongs to, and its key in KV.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct CounterId {
    /// The number of the namespace's handle object; a fresh object has a fresh number.
    pub namespace_id: u32,
    /// The prefix and the identifier: see `js/rate_limit/identifier.ts`.
    pub key: String,
}

/// Counters by use. `H` is the handle each one is flushed through.
pub struct CounterTable<H> {
    counters: LruCache<CounterId, (Counter, H)>,
}

impl<H: Clone> Default for CounterTable<H> {
    // Unbounded: `evict` keeps the bound, since what leaves may have to be written first.
    fn default() -> Self {
        Self {
            counters: LruCache::unbounded(),
        }
    }
}

impl<H: Clone> CounterTable<H> {
    /// The counter, as one that was used just now.
    pub fn get(&mut self, id: &CounterId) -> Option<&mut Counter> {
        self.counters.get_mut(id).map(|(counter, _)| counter)
    }

    /// Adds a counter, or replaces it.
    pub fn insert(&mut self, id: CounterId, counter: Counter, handle: H) {
        self.counters.put(id, (counter, handle));
    }

    /// Forgets a counter, unless it still holds counts that KV has not got: then it is the last to be asked again, as one
    /// that was used just now. Returns whether it is forgotten.
    pub fn let_go(&mut self, id: &CounterId, now: f64) -> bool {
        let keeps = self.counters.len() < MAX_UNWRITTEN
            && self.get(id).is_some_and(|counter| counter.is_dirty(now));
        if !keeps {
            self.counters.pop(id);
        }
        !keeps
    }

    /// Makes place for one more. An ended or fully written counter among the least used leaves at once; returns who must
    /// leave instead where there is none, and the handle it is written through: it holds counts that KV has not got.
    pub fn evict(&mut self, max: usize, now: f64) -> Option<(CounterId, H)> {
        if self.counters.len() < max {
            return None;
        }
        let mut oldest = self.counters.iter().rev().take(LOOK_AT);
        let clean = oldest.find(|(_, (counter, _))| !counter.is_dirty(now));
        if let Some(id) = clean.map(|(id, _)| id.clone()) {
            self.counters.pop(&id);
            return None;
        }
        let (id, (_, handle)) = self.counters.peek_lru()?;
        Some((id.clone(), handle.clone()))
    }

    /// How many counters there are.
    pub fn len(&self) -> usize {
        self.counters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.counters.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate_limit::limit::Limit;

    fn id(key: &str) -> CounterId {
        CounterId {
            namespace_id: 1,
            key: key.to_owned(),
        }
    }

    fn dirty() -> Counter {
        let mut counter = Counter::begin(0.0, 60_000.0);
        assert!(
            counter
                .decide(&Limit::new(5.0, 60.0, 1.0).unwrap(), 0.0)
                .allowed
        );
        counter
    }

    #[test]
    fn a_clean_counter_leaves_before_an_older_dirty_one() {
        let mut table = CounterTable::default();
        table.insert(id("dirty"), dirty(), ());
        table.insert(id("clean"), Counter::begin(0.0, 60_000.0), ());
        assert_eq!(table.evict(2, 0.0), None);
        assert!(table.get(&id("dirty")).is_some());
        assert!(table.get(&id("clean")).is_none());
    }

    #[test]
    fn a_counter_that_kv_did_not_take_stays_and_is_asked_last() {
        let mut table = CounterTable::default();
        for key in ["a", "b"] {
            table.insert(id(key), dirty(), ());
        }
        assert_eq!(table.evict(2, 0.0), Some((id("a"), ())));
        assert!(!table.let_go(&id("a"), 0.0));
        assert_eq!(table.evict(2, 0.0), Some((id("b"), ())));
        // What it held has ended.
        assert!(table.let_go(&id("b"), 60_000.0));
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn memory_is_bounded_whatever_kv_takes() {
        let mut table = CounterTable::default();
        for n in 0..MAX_UNWRITTEN {
            table.insert(id(&n.to_string()), dirty(), ());
        }
        assert!(table.let_go(&id("7"), 0.0));
        assert!(!table.let_go(&id("8"), 0.0));
        assert_eq!(table.len(), MAX_UNWRITTEN - 1);
    }

    #[test]
    fn a_dirty_counter_asks_to_be_written_until_its_window_has_ended() {
        let mut table = CounterTable::default();
        table.insert(id("a"), dirty(), 7);
        assert_eq!(table.evict(1, 0.0), Some((id("a"), 7)));
        assert_eq!(table.evict(1, 60_000.0), None);
        assert!(table.is_empty());
    }
}
