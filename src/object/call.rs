//! A call that an object remembers: by which key, until when, and what it returned. Pure.

use crate::hash::{fnv_1a, of_call};
use crate::object::codec::{Reader, Writer};
use crate::protocol::call_time::OWN_KEY;

/// Who made the key of a call: that says how long, and how many are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A check of a limit. One that is counted twice refuses too early, no more: the newest 150 are enough.
    Check = 0,
    /// The client: it makes the call again for a while, and nobody else does. All of them, for their time.
    Own = 1,
    /// The caller, who may come again. The newest 1,000, and all of which a copy may be accepted.
    Given = 2,
}

/// By what a call is known when it comes again.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// [`id_of`] the text, or a number that was made by chance.
    pub id: u64,
    /// Who has made it.
    pub kind: Kind,
    /// What a caller has chosen; of what was made by chance the id is enough.
    pub text: String,
}

impl Key {
    /// Of a text, who has made it by [`OWN_KEY`].
    pub fn of(text: &str) -> Self {
        if text.starts_with(OWN_KEY) {
            Self::own(id_of(text))
        } else {
            Self::given(text.to_owned())
        }
    }

    /// Of a caller.
    pub fn given(text: String) -> Self {
        let (id, kind) = (id_of(&text), Kind::Given);
        Self { id, kind, text }
    }

    /// Of a client.
    pub const fn own(id: u64) -> Self {
        Self {
            id,
            kind: Kind::Own,
            text: String::new(),
        }
    }

    /// Of a check of a limit. Half of what was made by chance tells as many apart as are remembered.
    pub const fn check(id: u64) -> Self {
        Self {
            id: (id ^ (id >> 32)) & 0xffff_ffff,
            kind: Kind::Check,
            text: String::new(),
        }
    }
}

/// What a call returned that was made before.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer {
    /// What follows from the state.
    #[default]
    Nothing,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A text that has a place of its own in the storage, by its number.
    Stored(u32),
}

/// A call that was made, or refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its key.
    pub key: Key,
    /// Until when it is remembered, in ms since the epoch.
    pub until: f64,
    /// What was done, so that no other call has the same key; 0 where nobody asks.
    pub note: u32,
    /// What it returned.
    pub answer: Answer,
}

impl Call {
    /// Whether it is of this key, and remembered still.
    pub fn is_of(&self, key: &Key, now: f64) -> bool {
        self.key.id == key.id && self.key.text == key.text && self.until > now
    }
}

/// The id of a key: FNV-1a. No two that are made by chance have the same.
pub fn id_of(key: &str) -> u64 {
    fnv_1a(key.bytes())
}

/// What tells two calls apart that carry the same key: FNV-1a of what is done, half of it.
pub fn note_of(operation: &str, payload: &str) -> u32 {
    let hash = of_call(operation, payload);
    // Never 0, which matches all.
    ((hash ^ (hash >> 32)) as u32).max(1)
}

/// Writes calls, one after the other: first checks, of which the id and the time is all.
pub fn write_calls(writer: &mut Writer, calls: &[&Call]) {
    let is_check = |call: &&&Call| call.key.kind == Kind::Check;
    let checks = calls.iter().filter(is_check).count();
    writer.whole(checks as u64);
    let mut last = 0;
    for call in calls.iter().filter(is_check) {
        writer.half_id(call.key.id as u32);
        writer.signed((call.until as i64).wrapping_sub(last));
        last = call.until as i64;
    }
    writer.whole((calls.len() - checks) as u64);
    for call in calls.iter().filter(|call| !is_check(call)) {
        let answer = match call.answer {
            Answer::Nothing => 0,
            Answer::Number(_) => 1,
            Answer::Text(_) => 2,
            Answer::Stored(_) => 3,
        };
        let noted = u8::from(call.note != 0);
        writer.byte(call.key.kind as u8 | answer << 2 | noted << 4);
        if call.key.kind == Kind::Given {
            writer.text(&call.key.text);
        } else {
            writer.id(call.key.id);
        }
        // Of neighbours the moments are near each other.
        let until = call.until as i64;
        writer.signed(until.wrapping_sub(last));
        last = until;
        if noted == 1 {
            writer.whole(u64::from(call.note));
        }
        match &call.answer {
            Answer::Nothing => {}
            Answer::Number(number) => writer.number(*number),
            Answer::Text(text) => writer.text(text),
            Answer::Stored(text) => writer.whole(u64::from(*text)),
        }
    }
}

/// Reads them.
pub fn read_calls(reader: &mut Reader) -> Vec<Call> {
    let mut last = 0;
    let mut calls = reader.list(|reader| {
        let key = Key::check(u64::from(reader.half_id()));
        last = reader.signed().wrapping_add(last);
        Call {
            key,
            until: last as f64,
            note: 0,
            answer: Answer::Nothing,
        }
    });
    calls.extend(reader.list(|reader| read_call(reader, &mut last)));
    calls
}

/// Reads those of a page, where no checks are, and keeps the last of them that is of a key and remembered still.
pub fn read_call_of(reader: &mut Reader, key: &Key, now: f64) -> Option<Call> {
    let (mut last, mut found) = (0, None);
    let _checks = reader.whole();
    reader.list(|reader| {
        let call = read_call(reader, &mut last);
        if call.is_of(key, now) {
            found = Some(call);
        }
    });
    found
}

fn read_call(reader: &mut Reader, last: &mut i64) -> Call {
    let flags = reader.byte();
    let key = match flags & 3 {
        1 => Key::own(reader.id()),
        _ => Key::given(reader.text()),
    };
    *last = reader.signed().wrapping_add(*last);
    let note = if flags & 16 == 0 {
        0
    } else {
        reader.whole() as u32
    };
    Call {
        key,
        until: *last as f64,
        note,
        answer: match flags >> 2 & 3 {
            0 => Answer::Nothing,
            1 => Answer::Number(reader.number()),
            2 => Answer::Text(reader.text()),
            _ => Answer::Stored(reader.whole() as u32),
        },
    }
}
