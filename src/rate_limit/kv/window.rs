//! One window of one key: when it ends, and which records of KV are of it. Pure.

use super::stored::Stored;

/// A window, by the configuration last seen.
#[derive(Clone, Debug)]
pub struct Window {
    ends_at: f64,
    length_ms: f64,
    /// A stored end further away than a window is long, which must be replaced.
    overlong_end: Option<f64>,
    /// Such an end that KV still showed when the window ended: its record is void.
    void_end: Option<f64>,
    /// Windows that began by then were reset; KV may still show them.
    void_until: f64,
}

impl Window {
    /// A window that begins now.
    pub fn begin(now: f64, length_ms: f64) -> Self {
        Self {
            ends_at: now + length_ms,
            length_ms,
            overlong_end: None,
            void_end: None,
            void_until: f64::NEG_INFINITY,
        }
    }

    /// A window that was reset, and has ended: all that KV may still show of it is void.
    pub fn voided(now: f64) -> Self {
        Self {
            void_until: now,
            ..Self::begin(now, 0.0)
        }
    }

    /// When it ends, in ms since the epoch.
    pub const fn ends_at(&self) -> f64 {
        self.ends_at
    }

    /// Its length in ms.
    pub const fn length_ms(&self) -> f64 {
        self.length_ms
    }

    /// Whether KV holds an end for it that must be replaced.
    pub const fn needs_correction(&self) -> bool {
        self.overlong_end.is_some()
    }

    /// KV has taken the end.
    pub const fn corrected(&mut self) {
        self.overlong_end = None;
    }

    /// Starts the next window if this one has ended; returns whether it did. One that is longer than `length_ms` from
    /// now on, since it began under another configuration or clock, is cut.
    pub fn roll(&mut self, now: f64, length_ms: f64) -> bool {
        self.length_ms = length_ms;
        let ended = now >= self.ends_at;
        let longest = now + length_ms;
        if ended {
            self.ends_at = longest;
            self.void_end = self.overlong_end.take().or(self.void_end);
        } else if self.ends_at > longest {
            // KV may hold it.
            self.overlong_end = Some(self.ends_at);
            self.ends_at = longest;
        }
        ended
    }

    /// Takes in the end of a record that KV shows, and returns whether the record counts. Of two isolates that began a
    /// window each, the earlier end holds.
    pub fn adopt(&mut self, stored: &Stored, now: f64) -> bool {
        let began_at = stored.reset_at - self.length_ms;
        if began_at <= self.void_until || Some(stored.reset_at) == self.void_end {
            return false;
        }
        // No window is longer than itself: a longer one was written under another configuration.
        let longest = now + self.length_ms;
        self.overlong_end = Some(stored.reset_at).filter(|end| *end > longest);
        self.ends_at = self.ends_at.min(stored.reset_at);
        true
    }
}
