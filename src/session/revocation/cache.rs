//! Which cached sessions are revoked, as far as this isolate knows. Pure.
//!
//! Moments are logical timestamps of the object that keeps a user's (or a token's) revocations: its clock, never
//! the same twice. A Worker's own clock only measures how long something took.

use super::fill::FillStart;

/// Of how many users and tokens an isolate remembers what is revoked. Each has two places, by its name;
/// one that finds both taken takes the one that was used less recently, whose user is then asked for again.
pub const MAX_KNOWN: usize = 4_096;

/// What an object says of revocations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revocations {
    /// The object's clock when it said so.
    pub at: f64,
    /// All that was cached before is revoked.
    pub revoked_at: f64,
    /// Single tokens by their hash: what was cached before is revoked.
    pub tokens: Vec<(String, f64)>,
}

impl Revocations {
    /// What was read until this moment must not be served under the token.
    pub fn floor(&self, hash: &str) -> f64 {
        let own = self.tokens.iter().filter(|(token, _)| token == hash);
        own.fold(self.revoked_at, |floor, (_, at)| floor.max(*at))
    }

    // Becomes what both say together, in whatever order the replies came. Returns whether that is more than before.
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
pub struct KnownRevocations {
    /// What it knows.
    pub revocations: Revocations,
    namespace_id: u32,
    name: String,
    used: u64,
    /// When it asked last, on its own clock.
    checked_at: f64,
    /// When it learned the newest of it: as the cache's count, and on its own clock.
    learned: u64,
    learned_at: f64,
}

impl KnownRevocations {
    fn is_of(&self, namespace_id: u32, name: &str) -> bool {
        self.namespace_id == namespace_id && self.name == name
    }

    /// Whether it was asked less than `staleness_ms` ago.
    pub fn is_fresh(&self, now: f64, staleness_ms: f64) -> bool {
        let age = now - self.checked_at;
        (0.0..staleness_ms).contains(&age)
    }

    /// Whether what an object says of `floor` was known before a fill began: then the fill has read after it.
    pub fn precedes(&self, start: &FillStart, hash: &str, floor: f64) -> bool {
        let before = match start.learned {
            Some(learned) => self.learned <= learned,
            None => self.learned_at < start.at,
        };
        before && self.revocations.floor(hash) >= floor
    }
}

/// Of one isolate: by the number of the namespace's handle, and the object's name.
#[derive(Default)]
pub struct RevocationCache {
    places: Vec<Option<Box<KnownRevocations>>>,
    learned: u64,
    used: u64,
}

// FNV-1a.
fn hash(namespace_id: u32, name: &str) -> u32 {
    let start = 0x811c_9dc5 ^ namespace_id;
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    name.bytes().fold(start, step)
}

impl RevocationCache {
    /// How much was learned so far.
    pub const fn learned(&self) -> u64 {
        self.learned
    }

    // Its place, or the one that it would take.
    fn place(&self, namespace_id: u32, name: &str) -> usize {
        let first = hash(namespace_id, name) as usize % MAX_KNOWN;
        let at = |place: usize| self.places.get(place).and_then(Option::as_deref);
        let own = |place| at(place).is_some_and(|known| known.is_of(namespace_id, name));
        let used = |place| at(place).map_or(0, |known| known.used);
        let second = first ^ 1;
        if own(first) || (!own(second) && used(first) <= used(second)) {
            first
        } else {
            second
        }
    }

    /// What is known, as something that is used.
    pub fn get(&mut self, namespace_id: u32, name: &str) -> Option<&KnownRevocations> {
        let place = self.place(namespace_id, name);
        let known = self.places.get_mut(place)?.as_mut()?;
        if !known.is_of(namespace_id, name) {
            return None;
        }
        self.used += 1;
        known.used = self.used;
        Some(known)
    }

    /// Takes what an object said. `asked_at`: when it was asked, if this was a check, on this isolate's clock.
    pub fn learn(
        &mut self,
        namespace_id: u32,
        name: &str,
        revocations: Revocations,
        now: f64,
        asked_at: Option<f64>,
    ) {
        self.learned += 1;
        let learned = self.learned;
        if self.places.is_empty() {
            self.places.resize_with(MAX_KNOWN, || None);
        }
        if self.get(namespace_id, name).is_none() {
            let place = self.place(namespace_id, name);
            if let Some(place) = self.places.get_mut(place) {
                *place = Some(Box::new(KnownRevocations {
                    revocations: Revocations::default(),
                    namespace_id,
                    name: name.to_owned(),
                    used: self.used,
                    checked_at: f64::NEG_INFINITY,
                    learned,
                    learned_at: now,
                }));
            }
        }
        let place = self.place(namespace_id, name);
        let Some(known) = self.places.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        if known.revocations.merge(revocations) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn state(at: f64, revoked_at: f64, tokens: &[(&str, f64)]) -> Revocations {
        let tokens = tokens.iter().map(|(token, at)| ((*token).to_owned(), *at));
        Revocations {
            at,
            revoked_at,
            tokens: tokens.collect(),
        }
    }

    #[test]
    fn a_check_is_fresh_for_less_than_the_staleness() {
        let mut cache = RevocationCache::default();
        cache.learn(
            1,
            "customer:a",
            Revocations::default(),
            1_010.0,
            Some(1_000.0),
        );
        let known = cache.get(1, "customer:a").cloned();
        let fresh = |now, ms| known.as_ref().is_some_and(|known| known.is_fresh(now, ms));
        assert!(fresh(1_000.0, 60_000.0) && fresh(60_999.0, 60_000.0));
        assert!(!fresh(61_000.0, 60_000.0));
        assert!(!fresh(1_000.0, 0.0), "0 checks every read");
        assert!(!fresh(999.0, 60_000.0), "the clock was set back");
        assert!(cache.get(2, "customer:a").is_none(), "another namespace");
    }

    #[test]
    fn what_was_known_before_a_fill_does_not_refuse_it() {
        let mut cache = RevocationCache::default();
        let clear_ms = 0.0;
        let began_before = FillStart {
            at: 5.0,
            learned: Some(cache.learned()),
            clear_ms,
        };
        cache.learn(1, "u", state(10.0, 10.0, &[]), 5.0, None);
        let began_after = FillStart {
            learned: Some(cache.learned()),
            ..began_before
        };
        let at_moment = |at| FillStart {
            at,
            learned: None,
            clear_ms,
        };
        let known = cache.get(1, "u").cloned();
        let precedes = |start| {
            known
                .as_ref()
                .is_some_and(|known| known.precedes(&start, "t", 10.0))
        };
        assert!(!precedes(began_before) && precedes(began_after));
        assert!(!precedes(at_moment(5.0)) && precedes(at_moment(6.0)));
    }

    #[test]
    fn an_old_reply_takes_nothing_back() {
        let mut cache = RevocationCache::default();
        cache.learn(1, "u", state(20.0, 0.0, &[("t", 20.0)]), 0.0, None);
        cache.learn(1, "u", state(19.0, 0.0, &[]), 0.0, Some(0.0));
        let floor = |cache: &mut RevocationCache| {
            cache
                .get(1, "u")
                .map_or(0.0, |known| known.revocations.floor("t"))
        };
        assert_eq!(floor(&mut cache), 20.0);
        // Token by token is given up for the user as a whole.
        cache.learn(1, "u", state(30.0, 30.0, &[]), 0.0, Some(0.0));
        assert_eq!(floor(&mut cache), 30.0);
    }

    #[test]
    fn memory_is_bounded() {
        let mut cache = RevocationCache::default();
        for n in 0..2 * MAX_KNOWN {
            cache.learn(1, &n.to_string(), Revocations::default(), 0.0, None);
        }
        let known = cache.places.iter().flatten().count();
        assert!((MAX_KNOWN / 2..=MAX_KNOWN).contains(&known));
    }
}
