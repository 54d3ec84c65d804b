//! When a counter syncs, and who does it. Pure.

/// How often a key is read and written, in ms: KV takes one write a second to a key.
pub const SYNC_INTERVAL_MS: f64 = 1_000.0;

/// When a sync whose request was cancelled is given up, in ms.
pub const ABANDONED_MS: f64 = 10_000.0;

/// The syncs of one counter: one at a time, and one in an interval.
#[derive(Clone, Debug)]
pub struct Schedule {
    synced_at: f64,
    busy_until: f64,
    failing: bool,
}

impl Schedule {
    /// With a sync under way.
    pub fn syncing(now: f64) -> Self {
        Self {
            synced_at: now,
            busy_until: now + ABANDONED_MS,
            failing: false,
        }
    }

    /// With a sync that is due.
    pub const fn due() -> Self {
        Self {
            synced_at: f64::NEG_INFINITY,
            busy_until: 0.0,
            failing: false,
        }
    }

    /// Whether the last sync failed, so that this isolate is on its own.
    pub const fn is_failing(&self) -> bool {
        self.failing
    }

    /// Claims the sync, if it is time for one and nobody has it. Whoever gets `true` must [`Self::end`] it.
    pub fn claim(&mut self, now: f64) -> bool {
        let due = now >= self.busy_until && now - self.synced_at >= SYNC_INTERVAL_MS;
        // A clock that went back must not stop the syncs.
        let went_back = now < self.synced_at - SYNC_INTERVAL_MS;
        if due || went_back {
            *self = Self {
                failing: self.failing,
                ..Self::syncing(now)
            };
        }
        due || went_back
    }

    /// Ends a sync, well or not.
    pub const fn end(&mut self, failed: bool) {
        self.busy_until = 0.0;
        self.failing = failed;
    }

    /// Puts the next sync off by less than an interval, spread by the moment: in a crowd nobody must come always just
    /// before KV takes the next write.
    pub fn put_off(&mut self, now: f64) {
        self.synced_at += (now * 0.618_033_988_749_895).fract() * SYNC_INTERVAL_MS;
    }

    /// In how many ms KV may take the next write.
    pub fn until_slot(&self, now: f64) -> f64 {
        (self.synced_at + SYNC_INTERVAL_MS - now).clamp(0.0, 2.0 * SYNC_INTERVAL_MS)
    }
}
