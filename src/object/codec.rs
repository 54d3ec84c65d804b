//! How an object's state is written down: numbers and texts one after the other, in an order that its version says. Pure.
//!
//! Whole numbers take a byte for each seven bits, so that moments near each other are short as differences. A reader
//! that finds less than it needs says so at its end: what cannot be read is never taken for nothing.

use thiserror::Error as ThisError;

use crate::error::RoomError;

/// What an object has in its storage is no state of its class.
#[derive(Debug, ThisError)]
#[error("The object's state cannot be read: it was not written by @codex/cloudflare-clients")]
pub struct Unreadable;

impl RoomError for Unreadable {
    fn code(&self) -> &'static str {
        "misconfigured"
    }
}

/// Writes a state.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// With room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A byte.
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// A whole number.
    pub fn whole(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A whole number that may be negative.
    pub fn signed(&mut self, number: i64) {
        self.whole(((number << 1) ^ (number >> 63)) as u64);
    }

    /// A number, bit by bit.
    pub fn number(&mut self, number: f64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// Eight bytes that have no order.
    pub fn id(&mut self, id: u64) {
        self.0.extend_from_slice(&id.to_le_bytes());
    }

    /// Four of them.
    pub fn half_id(&mut self, id: u32) {
        self.0.extend_from_slice(&id.to_le_bytes());
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.whole(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Whether there is something, and then that.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads what a [`Writer`] has written. Beyond its end all is 0 and empty, and [`Self::finish`] says so.
pub struct Reader<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> Reader<'a> {
    /// Reads these.
    pub const fn new(rest: &'a [u8]) -> Self {
        let failed = false;
        Self { rest, failed }
    }

    /// Whether all was there that was read, and no more.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub const fn finish(&self) -> Result<(), Unreadable> {
        if self.failed || !self.rest.is_empty() {
            return Err(Unreadable);
        }
        Ok(())
    }

    /// What was read is not what was written.
    pub const fn fail(&mut self) {
        self.failed = true;
        self.rest = &[];
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            self.fail();
            return [0; N];
        };
        self.rest = rest;
        *taken
    }

    /// See [`Writer::byte`]; so of all below.
    #[inline(never)]
    pub fn byte(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    /// See [`Writer::whole`].
    #[inline(never)]
    pub fn whole(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
        }
        self.fail();
        0
    }

    /// See [`Writer::signed`].
    pub fn signed(&mut self) -> i64 {
        let number = self.whole();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    /// See [`Writer::number`].
    pub fn number(&mut self) -> f64 {
        f64::from_bits(self.id())
    }

    /// See [`Writer::id`].
    #[inline(never)]
    pub fn id(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    /// See [`Writer::half_id`].
    pub fn half_id(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    /// See [`Writer::text`].
    #[inline(never)]
    pub fn text(&mut self) -> String {
        let length = self.whole() as usize;
        let split = self.rest.split_at_checked(length);
        let Some((Ok(text), rest)) = split.map(|(text, rest)| (std::str::from_utf8(text), rest))
        else {
            self.fail();
            return String::new();
        };
        self.rest = rest;
        text.to_owned()
    }

    /// See [`Writer::option`].
    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.byte() != 0).then(|| read(self))
    }

    /// As many as were written after their number.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.whole();
        // Room is made for what is there, whatever the number says.
        let mut list = Vec::new();
        for _ in 0..count {
            if self.failed {
                break;
            }
            list.push(read(self));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(whole: u64, signed: i64, number: f64, id: u64, text: String, some: Option<u8>) {
            let mut writer = Writer::default();
            writer.whole(whole);
            writer.signed(signed);
            writer.number(number);
            writer.id(id);
            writer.text(&text);
            writer.option(some, Writer::byte);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.whole(), whole);
            prop_assert_eq!(reader.signed(), signed);
            prop_assert_eq!(reader.number().to_bits(), number.to_bits());
            prop_assert_eq!(reader.id(), id);
            prop_assert_eq!(reader.text(), text);
            prop_assert_eq!(reader.option(Reader::byte), some);
            prop_assert!(reader.finish().is_ok());
            prop_assert_eq!(reader.byte(), 0);
            prop_assert!(reader.finish().is_err());
        }

        // Also when a number in it says that there is more.
        #[test]
        fn what_is_cut_off_is_no_state(text: String, cut in 1_usize..8) {
            let mut writer = Writer::default();
            writer.whole(2);
            writer.text(&text);
            writer.id(7);
            let mut bytes = writer.into_bytes();
            bytes.truncate(bytes.len() - cut);
            let mut reader = Reader::new(&bytes);
            let read = |reader: &mut Reader| (reader.text(), reader.id());
            let _ = reader.list(read);
            prop_assert!(reader.finish().is_err());
        }

        #[test]
        fn other_bytes_are_no_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            let _ = reader.list(Reader::text);
            let _ = reader.signed();
            let _ = reader.number();
        }
    }
}
