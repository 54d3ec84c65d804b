//! What an object keeps of its identifier: what was used, under each prefix.

use crate::error::Error;
use crate::object::codec::{Reader, Writer};
use crate::object::state::State;
use crate::object::storage::Storage;
use crate::rate_limit::algorithm::state::AlgorithmState;

/// How many limits an identifier has at most at a time.
pub const MAX_PREFIXES: usize = 1_000;

/// What was used of one limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    /// Under which prefix it counts.
    pub prefix: String,
    /// What was used.
    pub state: AlgorithmState,
}

/// What was used, by prefix.
#[derive(Default)]
pub struct Limits(pub Vec<Used>);

impl Limits {
    /// What was used under a prefix.
    pub fn of(&self, prefix: &str) -> Option<&AlgorithmState> {
        let used = self.0.iter().find(|used| used.prefix == prefix);
        used.map(|used| &used.state)
    }

    /// Replaces it.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] when there are too many already.
    pub fn set(&mut self, prefix: &str, state: AlgorithmState) -> Result<(), Error> {
        if let Some(used) = self.0.iter_mut().find(|used| used.prefix == prefix) {
            used.state = state;
            return Ok(());
        }
        if self.0.len() >= MAX_PREFIXES {
            return Err(Error::LimitExceeded(
                "An identifier can have 1,000 limits at a time: use fewer keyPrefixes",
            ));
        }
        let prefix = prefix.to_owned();
        self.0.push(Used { prefix, state });
        Ok(())
    }

    /// Forgets it.
    pub fn remove(&mut self, prefix: &str) {
        self.0.retain(|used| used.prefix != prefix);
    }
}

impl State for Limits {
    fn version(&self) -> u8 {
        1
    }

    fn write(&self, writer: &mut Writer) {
        writer.whole(self.0.len() as u64);
        for used in &self.0 {
            writer.text(&used.prefix);
            used.state.write(writer);
        }
    }

    fn read(&mut self, reader: &mut Reader, _: u8) {
        self.0 = reader.list(|reader| Used {
            prefix: reader.text(),
            state: AlgorithmState::read(reader),
        });
    }

    fn forget(&mut self, _: &Storage, now: f64) -> Result<(), Error> {
        self.0.retain(|used| used.state.ends_at() > now);
        Ok(())
    }

    fn ends_at(&self) -> f64 {
        let ends = self.0.iter().map(|used| used.state.ends_at());
        ends.fold(0.0, f64::max)
    }

    // After a roll-back a limit begins anew, once.
    fn is_guarded(&self) -> bool {
        false
    }
}
