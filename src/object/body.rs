//! The body of all objects: their state as one value in the storage, read before a call and written after it.
//!
//! A call gets the state and the calls that are remembered, and changes them; what it leaves is written if it differs,
//! by one row. So a call that fails has written nothing, one that changes nothing writes nothing, and an object that
//! never held anything has nothing in its storage. What has ended is forgotten with each write; the alarm goes off when
//! all has ended, and the object is emptied.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::call::{Answer, Call, Key};
use super::calls::Calls;
use super::codec::{Reader, Writer};
use super::places::text_key;
use super::state::{Before, Class};
use super::storage::{Storage, text_of};
use super::tables::{self, NewerVersion};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::storage::StorageHandle;
use crate::host::task::{CallResult, finish};
use crate::protocol::call_time::{LATE_MS, check};

/// An object in the middle of a call.
pub struct Body<S: ?Sized> {
    /// Where it is stored.
    pub storage: Storage,
    /// Its clock, in ms since the epoch.
    pub now: f64,
    /// The calls that it remembers.
    pub calls: Calls,
    alarm_at: f64,
    // As it was read; nothing for an object that was never written.
    stored: Option<Vec<u8>>,
    guarded: bool,
    /// What it keeps.
    pub state: S,
}

/// A body of whatever class: what is done with all is compiled once.
type Any<'a> = Body<dyn Class + 'a>;

const STATE: &str = "state";

// By how many bytes a call mostly makes it longer, at most.
const ROOM: usize = 256;

/// A call on an object: reads it, runs `job`, and writes what has changed.
pub fn call<S: Class + Default>(
    storage: StorageHandle,
    job: impl FnOnce(&mut Body<S>) -> CallResult,
) -> JsValue {
    within(storage, None, LATE_MS, job)
}

/// A call that changes nothing.
pub fn look<S: Class + Default>(
    storage: StorageHandle,
    job: impl FnOnce(&Body<S>) -> CallResult,
) -> JsValue {
    finish(begun::<S>(storage).and_then(|body| job(&body)))
}

/// A call that says when it was made: one that is too late is refused before anything is read.
pub fn timely<S: Class + Default>(
    storage: StorageHandle,
    sent: Option<f64>,
    job: impl FnOnce(&mut Body<S>) -> CallResult,
) -> JsValue {
    within(storage, sent, LATE_MS, job)
}

/// The same for a call that is late after `late_ms`.
pub fn within<S: Class + Default>(
    storage: StorageHandle,
    sent: Option<f64>,
    late_ms: f64,
    job: impl FnOnce(&mut Body<S>) -> CallResult,
) -> JsValue {
    let mut job = Some(job);
    let mut once = |body: &mut Body<S>| match job.take() {
        Some(job) => job(body),
        None => Ok(JsValue::UNDEFINED),
    };
    finish(run(storage, sent, late_ms, &mut once))
}

// Compiled once for each class, and not for each of its methods.
#[inline(never)]
fn run<S: Class + Default>(
    storage: StorageHandle,
    sent: Option<f64>,
    late_ms: f64,
    job: &mut dyn FnMut(&mut Body<S>) -> CallResult,
) -> CallResult {
    if let Some(sent) = sent {
        check(sent, now(), late_ms)?;
    }
    let mut body = begun::<S>(storage)?;
    let value = job(&mut body)?;
    Any::save(&mut body)?;
    Ok(value)
}

/// The alarm: forgets what has ended, and sets the next one. True when nothing is left and the object can be emptied.
pub fn on_alarm<S: Class + Default>(storage: StorageHandle) -> JsValue {
    let alarm = begun::<S>(storage).and_then(|mut body| Any::alarm(&mut body));
    finish(alarm.map(JsValue::from))
}

#[inline(never)]
fn begun<S: Class + Default>(storage: StorageHandle) -> Result<Body<S>, Error> {
    let storage = Storage(storage);
    let mut body = Body {
        now: now(),
        calls: Calls::new(Rc::new(storage.clone())),
        storage,
        alarm_at: 0.0,
        stored: None,
        guarded: false,
        state: S::default(),
    };
    Any::load(&mut body)?;
    Ok(body)
}

impl Any<'_> {
    fn load(&mut self) -> Result<(), Error> {
        // Tables of version 0.1 beside a state were written after a roll-back: they are newer.
        if let Some(version) = tables::version(&self.storage)? {
            if self.storage.get(&text_of(STATE))?.is_some() {
                self.storage.clear()?;
            }
            // Before the call is looked at: it may be refused, and the tables are gone.
            self.state.read_tables(Before {
                storage: &self.storage,
                version,
                now: self.now,
                calls: &mut self.calls,
            })?;
            tables::refuse_old(&self.storage)?;
            self.guarded = true;
            return self.write();
        }
        let Some(bytes) = self.storage.get(&text_of(STATE))? else {
            return Ok(());
        };
        let mut reader = Reader::new(&bytes);
        let version = reader.byte();
        if version > self.version() {
            return Err(NewerVersion.into());
        }
        self.guarded = reader.byte() != 0;
        self.alarm_at = reader.whole() as f64;
        self.calls.read(&mut reader);
        self.state.read(&mut reader, version);
        reader.finish()?;
        self.stored = Some(bytes);
        Ok(())
    }

    /// The build that tests load is a version further in every class, so that each is seen to move on.
    fn version(&self) -> u8 {
        self.state.version() + cfg!(feature = "faults") as u8
    }

    fn to_bytes(&self) -> Vec<u8> {
        let before = self.stored.as_ref().map_or(0, Vec::len);
        let mut writer = Writer::with_capacity(before + ROOM);
        writer.byte(self.version());
        writer.byte(u8::from(self.guarded));
        writer.whole(self.alarm_at as u64);
        self.calls.write(&mut writer);
        self.state.write(&mut writer);
        writer.into_bytes()
    }

    fn forget(&mut self) -> Result<(), Error> {
        self.state.forget(&self.storage, self.now)?;
        for text in self.calls.settle(self.now)? {
            self.storage.delete(&text_key(text))?;
        }
        Ok(())
    }

    // When nothing is left; 0 when nothing ever was.
    fn ends_at(&self) -> f64 {
        self.state.ends_at().max(self.calls.until())
    }

    fn alarm(&mut self) -> Result<bool, Error> {
        self.forget()?;
        if self.ends_at() <= self.now {
            return Ok(true);
        }
        // It has gone off, be it a little early.
        self.alarm_at = 0.0;
        self.write()?;
        Ok(false)
    }

    fn save(&mut self) -> Result<(), Error> {
        // Then there is something to write, and it need not be compared.
        if self.calls.has_changed() {
            return self.write();
        }
        let is_untouched = match &self.stored {
            // But for its first byte, the version: a call that only reads leaves what an older one has written.
            Some(stored) => stored.get(1..) == self.to_bytes().get(1..),
            None => self.ends_at() == 0.0,
        };
        if is_untouched { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> Result<(), Error> {
        self.forget()?;
        if !self.guarded && self.state.is_guarded() {
            tables::guard(&self.storage)?;
            self.guarded = true;
        }
        // An object in which nothing is left is emptied at once.
        let ends_at = self.ends_at().max(self.now);
        let is_set = self.alarm_at > self.now && self.alarm_at <= ends_at;
        let sets_alarm = !is_set && ends_at.is_finite();
        if sets_alarm {
            self.alarm_at = ends_at.ceil();
        }
        let bytes = self.to_bytes();
        self.storage.put(&text_of(STATE), &bytes)?;
        self.stored = Some(bytes);
        if sets_alarm {
            self.storage.set_alarm(self.alarm_at)?;
        }
        Ok(())
    }
}

impl<S> Body<S> {
    /// Remembers a call by its key, until a moment.
    pub fn remember(&mut self, key: Key, until: f64, note: u32, answer: Answer) {
        self.calls.add(Call {
            key,
            until,
            note,
            answer,
        });
    }
}
