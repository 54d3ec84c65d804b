//! What an object keeps: one text, until it expires. A long one has a place of its own in the storage, so that it is
//! not written again with each call that is remembered.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::auth_storage::model::expired;
use crate::error::Error;
use crate::host::values::byte_length;
use crate::object::call::Answer;
use crate::object::codec::{Reader, Writer};
use crate::object::places::text_key;
use crate::object::state::State;
use crate::object::storage::Storage;

// The longest text that is written with the state, in bytes: some of them are remembered with it, and a value has 2 MB.
const MAX_INSIDE: f64 = 4_096.0;

/// A text.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    /// Written with the state.
    Inside(String),
    /// In a place of its own, by its number.
    Stored(u32),
}

impl Text {
    /// The text itself, or null where it is gone.
    pub fn value(&self, storage: &Storage) -> Result<JsValue, Error> {
        Ok(match self {
            Self::Inside(text) => text.as_str().into(),
            Self::Stored(text) => storage.text(&text_key(*text))?.into(),
        })
    }

    /// As what a call has returned.
    pub fn answer(self) -> Answer {
        match self {
            Self::Inside(text) => Answer::Text(text),
            Self::Stored(text) => Answer::Stored(text),
        }
    }
}

/// What is held.
#[derive(Default)]
pub struct Held {
    text: Option<Text>,
    /// When it ends; nothing for never.
    pub expires_at: Option<f64>,
    // The number of the last text that got a place.
    last: u32,
}

impl Held {
    /// The text, unless it has expired.
    pub fn live(&self, now: f64) -> Option<&Text> {
        self.text
            .as_ref()
            .filter(|_| !expired(self.expires_at, now))
    }

    /// Puts a text in place of the one that was there.
    pub fn put(
        &mut self,
        storage: &Storage,
        text: &JsString,
        expires_at: Option<f64>,
    ) -> Result<(), Error> {
        self.expires_at = expires_at;
        if f64::from(text.length()) <= MAX_INSIDE && byte_length(text) <= MAX_INSIDE {
            self.clear(storage)?;
            self.text = Some(Text::Inside(text.into()));
            return Ok(());
        }
        // Nobody remembers the one that is there: its place is taken.
        let place = match self.text {
            Some(Text::Stored(place)) => place,
            _ => self.last + 1,
        };
        self.last = self.last.max(place);
        self.text = Some(Text::Stored(place));
        storage.put_text(&text_key(place), text)
    }

    /// Deletes the text.
    pub fn clear(&mut self, storage: &Storage) -> Result<(), Error> {
        match self.text.take() {
            Some(Text::Stored(place)) => storage.delete(&text_key(place)),
            _ => Ok(()),
        }
    }

    /// Takes the text out; one that has a place keeps it, for whoever remembers it.
    pub fn take(&mut self) -> Option<Text> {
        self.text.take()
    }
}

impl State for Held {
    fn version(&self) -> u8 {
        1
    }

    fn write(&self, writer: &mut Writer) {
        writer.option(self.text.as_ref(), |writer, text| match text {
            Text::Inside(text) => {
                writer.byte(0);
                writer.text(text);
            }
            Text::Stored(place) => {
                writer.byte(1);
                writer.whole(u64::from(*place));
            }
        });
        writer.option(self.expires_at, Writer::number);
        writer.whole(u64::from(self.last));
    }

    fn read(&mut self, reader: &mut Reader, _: u8) {
        self.text = reader.option(|reader| match reader.byte() {
            0 => Text::Inside(reader.text()),
            _ => Text::Stored(reader.whole() as u32),
        });
        self.expires_at = reader.option(Reader::number);
        self.last = reader.whole() as u32;
    }

    // One that has expired goes with the object, or its place is taken by the next.
    fn forget(&mut self, _: &Storage, _: f64) -> Result<(), Error> {
        Ok(())
    }

    fn ends_at(&self) -> f64 {
        match (&self.text, self.expires_at) {
            (None, _) => 0.0,
            (Some(_), None) => f64::INFINITY,
            (Some(_), Some(at)) => at,
        }
    }

    // After a roll-back the value is missing, as better-auth expects of any cache.
    fn is_guarded(&self) -> bool {
        false
    }
}
