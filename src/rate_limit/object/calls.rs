//! The calls that were counted lately, so that one whose reply was lost can be made again. Pure.

use crate::rate_limit::pairs;

/// How long a call is remembered, in ms: longer than a client repeats it.
pub const REMEMBERED_MS: f64 = 10_000.0;

/// How many calls are remembered for one limit.
pub const MAX_CALLS: usize = 256;

/// Ids of calls, each with the moment it was counted, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls(Vec<(f64, f64)>);

impl Calls {
    /// From a column: see [`Self::to_text`].
    pub fn from_text(text: &str) -> Self {
        Self(pairs::parse(text).collect())
    }

    /// For a column.
    pub fn to_text(&self) -> String {
        pairs::text(self.0.iter().copied())
    }

    /// Whether the call was counted.
    pub fn has(&self, id: f64) -> bool {
        self.0.iter().any(|(known, _)| *known == id)
    }

    /// Remembers a call; forgets what is old, or too much.
    pub fn add(&mut self, id: f64, now: f64) {
        self.0.retain(|(_, at)| (now - at).abs() < REMEMBERED_MS);
        let surplus = (self.0.len() + 1).saturating_sub(MAX_CALLS);
        self.0.drain(..surplus);
        self.0.push((id, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_remembered_for_a_while() {
        let mut calls = Calls::default();
        calls.add(7.0, 1_000.0);
        calls.add(8.0, 10_999.0);
        let calls = Calls::from_text(&calls.to_text());
        assert!(calls.has(7.0) && calls.has(8.0) && !calls.has(9.0));
        let mut later = calls.clone();
        later.add(9.0, 11_000.0);
        assert!(!later.has(7.0) && later.has(8.0) && later.has(9.0));
        // A clock that went back far: what is remembered of the future would stay for ever.
        let mut back = calls;
        back.add(9.0, 0.0);
        assert!(!back.has(8.0));
    }

    #[test]
    fn memory_is_bounded() {
        let mut calls = Calls::default();
        for id in 0..1_000 {
            calls.add(f64::from(id), 1.0);
        }
        assert_eq!(calls.0.len(), MAX_CALLS);
        assert!(calls.has(999.0) && calls.has(744.0) && !calls.has(743.0));
    }
}
