//! Which cached sessions are revoked, as far as this isolate knows. Pure.
//!
//! Moments are ticks of the object that keeps a user's (or a token's) revocations: its clock, never
//! the same twice. A Worker's own clock only measures how long something took.

use crate::session::policy::FILL_WITHIN_MS;

/// Of how many users and tokens an isolate remembers what is revoked. Each has two places, by its name;
/// who finds both taken takes the one that was used less lately, whose user is then asked for again.
pub const MAX_KNOWN: usize = 4_096;

/// How much older a fill is taken to be than measured, in ms: clocks tell whole milliseconds, and an
/// object's clock may jump a little when the object moves to another machine.
pub const MARGIN_MS: f64 = 100.0;

/// What can be loaded again is not taken on the word of clocks when it was read within a day of a
/// revocation, in ms: then it counts only if the revocation was known before.
pub const CLEAR_MS: f64 = 86_400_000.0;

/// When the data of a fill was read, on this isolate's clock.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// In ms since the epoch.
    pub at: f64,
    /// How much the table had learned then; `None` where the moment was told by the caller.
    pub learned: Option<u64>,
    /// How much later than a revocation it must be on the object's clock, in ms.
    pub clear_ms: f64,
}

/// What an object says of revocations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The object's clock when it said so.
    pub at: f64,
    /// All that was cached before is revoked.
    pub revoked_at: f64,
    /// Single tokens by their hash: what was cached before is revoked.
    pub tokens: Vec<(String, f64)>,
}

impl State {
    /// What was read until this moment must not be served under the token.
    pub fn floor(&self, hash: &str) -> f64 {
        let own = self.tokens.iter().filter(|(token, _)| token == hash);
        own.fold(self.revoked_at, |floor, (_, at)| floor.max(*at))
    }

    // What one knows who has heard both, in whatever order the answers came. Whether that is more.
    fn merge(&mut self, other: Self) -> bool {
        let newer = other.at > self.at;
        let more = other.revoked_at > self.revoked_at
            || other
                .tokens
                .iter()
                .any(|(token, at)| self.floor(token) < *at);
        self.at = self.at.max(other.at);
        self.revoked_at = self.revoked_at.max(other.revoked_at);
        if newer {
            self.tokens = other.tokens;
        } else if more {
            for (token, at) in other.tokens {
                if self.floor(&token) < at {
                    self.tokens.retain(|(old, _)| *old != token);
                    self.tokens.push((token, at));
                }
            }
        }
        more
    }
}

/// What an isolate knows of a user or a token.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it knows.
    pub state: State,
    handle: u32,
    name: String,
    used: u64,
    /// When it asked last, on its own clock.
    checked_at: f64,
    /// When it learned the newest of it: as the table's count, and on its own clock.
    learned: u64,
    learned_at: f64,
}

impl Known {
    /// Whether it was asked less than `staleness_ms` ago.
    pub fn is_fresh(&self, now: f64, staleness_ms: f64) -> bool {
        let age = now - self.checked_at;
        (0.0..staleness_ms).contains(&age)
    }

    /// Whether what an object says of `floor` was known before a fill began: then the fill has read after it.
    pub fn precedes(&self, start: &Start, hash: &str, floor: f64) -> bool {
        let before = match start.learned {
            Some(learned) => self.learned <= learned,
            None => self.learned_at < start.at,
        };
        before && self.state.floor(hash) >= floor
    }
}

/// Of one isolate: by the number of the namespace handle, and the object's name.
#[derive(Default)]
pub struct Table {
    places: Vec<Option<Box<Known>>>,
    learned: u64,
    used: u64,
}

// FNV-1a.
fn hash(handle: u32, name: &str) -> u32 {
    let start = 0x811c_9dc5 ^ handle;
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    name.bytes().fold(start, step)
}

impl Table {
    /// How much was learned so far.
    pub const fn learned(&self) -> u64 {
        self.learned
    }

    // Its place, or the one that it would take.
    fn place(&self, handle: u32, name: &str) -> usize {
        let first = hash(handle, name) as usize % MAX_KNOWN;
        let at = |place: usize| self.places.get(place).and_then(Option::as_deref);
        let own =
            |place| at(place).is_some_and(|known| known.handle == handle && known.name == name);
        let used = |place| at(place).map_or(0, |known| known.used);
        let second = first ^ 1;
        if own(first) || (!own(second) && used(first) <= used(second)) {
            first
        } else {
            second
        }
    }

    /// What is known, as something that is used.
    pub fn get(&mut self, handle: u32, name: &str) -> Option<&Known> {
        let place = self.place(handle, name);
        let known = self.places.get_mut(place)?.as_mut()?;
        if known.handle != handle || known.name != name {
            return None;
        }
        self.used += 1;
        known.used = self.used;
        Some(known)
    }

    /// Takes what an object said. `asked_at`: when it was asked, if this was a check, on this isolate's clock.
    pub fn learn(
        &mut self,
        handle: u32,
        name: &str,
        state: State,
        now: f64,
        asked_at: Option<f64>,
    ) {
        self.learned += 1;
        let learned = self.learned;
        if self.places.is_empty() {
            self.places.resize_with(MAX_KNOWN, || None);
        }
        if self.get(handle, name).is_none() {
            let place = self.place(handle, name);
            if let Some(place) = self.places.get_mut(place) {
                *place = Some(Box::new(Known {
                    state: State::default(),
                    handle,
                    name: name.to_owned(),
                    used: self.used,
                    checked_at: f64::NEG_INFINITY,
                    learned,
                    learned_at: now,
                }));
            }
        }
        let place = self.place(handle, name);
        let Some(known) = self.places.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        if known.state.merge(state) {
            (known.learned, known.learned_at) = (learned, now);
        }
        // A clock that was set back must not make a check last longer.
        if let Some(asked_at) = asked_at {
            known.checked_at = if known.checked_at > now {
                asked_at
            } else {
                known.checked_at.max(asked_at)
            };
        }
    }
}

/// When data was read, on the object's clock, or a little earlier; `None` when it must not be cached, since
/// something may have been revoked since. `at`: the object's clock between the read and now; `took`: from the
/// read until now on this isolate's clock; `known`: whether `floor` was known before the read.
pub fn stamp(at: f64, took: f64, floor: f64, clear_ms: f64, known: bool) -> Option<f64> {
    let took = took.max(0.0);
    if took > FILL_WITHIN_MS {
        return None;
    }
    let stamp = at - took - MARGIN_MS;
    // Never revoked, as far as the object remembers.
    let clear = floor <= 0.0 || stamp > floor + clear_ms;
    if clear {
        return Some(stamp);
    }
    // Later than the floor, and earlier than whatever is revoked next.
    known.then_some(floor + 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state(at: f64, revoked_at: f64, tokens: &[(&str, f64)]) -> State {
        let tokens = tokens.iter().map(|(token, at)| ((*token).to_owned(), *at));
        State {
            at,
            revoked_at,
            tokens: tokens.collect(),
        }
    }

    #[test]
    fn a_check_is_fresh_for_less_than_the_staleness() {
        let mut table = Table::default();
        table.learn(1, "customer:a", State::default(), 1_010.0, Some(1_000.0));
        let known = table.get(1, "customer:a").cloned();
        let fresh = |now, ms| known.as_ref().is_some_and(|known| known.is_fresh(now, ms));
        assert!(fresh(1_000.0, 60_000.0) && fresh(60_999.0, 60_000.0));
        assert!(!fresh(61_000.0, 60_000.0));
        assert!(!fresh(1_000.0, 0.0), "0 checks every read");
        assert!(!fresh(999.0, 60_000.0), "the clock was set back");
        assert!(table.get(2, "customer:a").is_none(), "another namespace");
    }

    #[test]
    fn what_was_known_before_a_fill_does_not_refuse_it() {
        let mut table = Table::default();
        let clear_ms = 0.0;
        let began_before = Start {
            at: 5.0,
            learned: Some(table.learned()),
            clear_ms,
        };
        table.learn(1, "u", state(10.0, 10.0, &[]), 5.0, None);
        let began_after = Start {
            learned: Some(table.learned()),
            ..began_before
        };
        let told = |at| Start {
            at,
            learned: None,
            clear_ms,
        };
        let known = table.get(1, "u").cloned();
        let precedes = |start| {
            known
                .as_ref()
                .is_some_and(|known| known.precedes(&start, "t", 10.0))
        };
        assert!(!precedes(began_before) && precedes(began_after));
        assert!(!precedes(told(5.0)) && precedes(told(6.0)));
        assert_eq!(stamp(11.0, 0.0, 10.0, 0.0, true), Some(10.5));
        assert_eq!(stamp(11.0, 0.0, 10.0, 0.0, false), None);
        assert_eq!(stamp(111.0, 0.0, 10.0, 0.0, false), Some(11.0));
        let day_later = 10.0 + CLEAR_MS + MARGIN_MS;
        assert_eq!(stamp(day_later, 0.0, 10.0, CLEAR_MS, false), None);
        let stamped = stamp(day_later + 1.0, 0.0, 10.0, CLEAR_MS, false);
        assert_eq!(stamped, Some(11.0 + CLEAR_MS));
        assert_eq!(stamp(50.0, 0.0, 0.0, CLEAR_MS, false), Some(-50.0));
        assert_eq!(stamp(1e9, FILL_WITHIN_MS + 1.0, 0.0, 0.0, true), None);
    }

    #[test]
    fn an_old_answer_takes_nothing_back() {
        let mut table = Table::default();
        table.learn(1, "u", state(20.0, 0.0, &[("t", 20.0)]), 0.0, None);
        table.learn(1, "u", state(19.0, 0.0, &[]), 0.0, Some(0.0));
        let floor = |table: &mut Table| {
            table
                .get(1, "u")
                .map_or(0.0, |known| known.state.floor("t"))
        };
        assert_eq!(floor(&mut table), 20.0);
        // Token by token is given up for the user as a whole.
        table.learn(1, "u", state(30.0, 30.0, &[]), 0.0, Some(0.0));
        assert_eq!(floor(&mut table), 30.0);
    }

    #[test]
    fn the_table_is_bounded() {
        let mut table = Table::default();
        for n in 0..2 * MAX_KNOWN {
            table.learn(1, &n.to_string(), State::default(), 0.0, None);
        }
        let known = table.places.iter().flatten().count();
        assert!((MAX_KNOWN / 2..=MAX_KNOWN).contains(&known));
    }

    proptest! {
        // All in the object's real time: read, revoked, asked, answered; clocks tell whole ms, and the
        // Worker's differs by any amount. A fill that read before the revocation is never served.
        #[test]
        fn no_fill_from_before_a_revocation_is_served(
            read in 1e6..2e6,
            gaps in prop::array::uniform3(0.0..500.0),
            revoked_when in 0..3,
            skew in -1e9..1e9,
        ) {
            let ([a, b, c], read, skew): ([f64; 3], f64, f64) = (gaps, read, skew);
            let (asked, answered) = (read + a, read + a + b);
            let took = (answered + skew).floor() - (read + skew).floor();
            let revoked: f64 = match revoked_when {
                0 => read + a / 2.0,
                1 => asked,
                _ => answered + c,
            };
            let tick = revoked.floor();
            // What is revoked after the object was asked is not in its answer.
            let (at, floor) = if revoked <= asked {
                (asked.floor().max(tick + 1.0), tick)
            } else {
                (asked.floor(), 0.0)
            };
            let tick = if revoked > asked { tick.max(at + 1.0) } else { tick };
            if let Some(stamp) = stamp(at, took, floor, 0.0, false) {
                prop_assert!(stamp <= tick, "{} > {}", stamp, tick);
            }
        }

        #[test]
        fn a_fill_that_read_well_after_a_revocation_is_served(
            revoked in 1e6..2e6,
            later in 102.0..1e5,
            took in 0.0..5_000.0,
        ) {
            let (revoked, later, took): (f64, f64, f64) = (revoked, later, took);
            let at = (revoked + later + took).floor();
            let stamp = stamp(at, took.floor(), revoked.floor(), 0.0, false);
            prop_assert!(stamp.is_some_and(|stamp| stamp > revoked.floor()));
        }
    }
}
