//! What an object keeps: a lock, or the value of a counter.

use crate::coordination::lock::model::Lock;
use crate::error::Error;
use crate::object::codec::{Reader, Writer};
use crate::object::state::State;
use crate::object::storage::Storage;

/// A lock that is held, or was; the value of a counter.
#[derive(Default)]
pub struct Coordination {
    /// The lock.
    pub lock: Option<Lock>,
    /// The value.
    pub value: f64,
}

impl State for Coordination {
    fn version(&self) -> u8 {
        1
    }

    fn write(&self, writer: &mut Writer) {
        writer.number(self.value);
        writer.option(self.lock.as_ref(), |writer, lock| {
            writer.text(&lock.holder);
            writer.number(lock.fence);
            writer.number(lock.expires_at);
            writer.number(lock.ttl_ms);
            writer.text(&lock.released_by);
            writer.number(lock.extended_by);
        });
    }

    fn read(&mut self, reader: &mut Reader, _: u8) {
        self.value = reader.number();
        self.lock = reader.option(|reader| Lock {
            holder: reader.text(),
            fence: reader.number(),
            expires_at: reader.number(),
            ttl_ms: reader.number(),
            released_by: reader.text(),
            extended_by: reader.number(),
        });
    }

    fn forget(&mut self, _: &Storage, now: f64) -> Result<(), Error> {
        self.lock.take_if(|lock| lock.forget_at() <= now);
        Ok(())
    }

    fn ends_at(&self) -> f64 {
        if self.value != 0.0 {
            return f64::INFINITY;
        }
        self.lock.as_ref().map_or(0.0, Lock::forget_at)
    }

    // A counter would begin at 0 after a roll-back. A lock is over before, or its fence says so.
    fn is_guarded(&self) -> bool {
        self.value != 0.0
    }
}
