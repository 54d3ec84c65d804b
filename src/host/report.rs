//! What a call tells its `onEvent` listener. Without a listener nothing is measured.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::clock::now;
use super::values::byte_length;

/// Above this a value is slow to read everywhere; Cloudflare advises to stay below. In bytes of UTF-8.
const LARGE_VALUE_BYTES: f64 = 102_400.0;

#[wasm_bindgen]
extern "C" {
    /// The report of one call, made by `js/core/events.ts`.
    #[derive(Clone)]
    pub type JsReport;
    #[wasm_bindgen(method, structural)]
    fn hit(this: &JsReport, hit: bool);
    #[wasm_bindgen(method, structural)]
    fn bytes(this: &JsReport, bytes: f64);
    #[wasm_bindgen(method, structural, js_name = waitedForObjects)]
    fn waited_for_objects(this: &JsReport, ms: f64);
    #[wasm_bindgen(method, structural)]
    fn note(this: &JsReport, note: &str, code: &str);
}

/// Something a user wants to know although the call went on. The words are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The cached entry had passed its expiry.
    Expired,
    /// What stood under the key is not what this client stores there.
    Malformed,
    /// A value of more than 100 KB: KV takes it, and it is slow.
    LargeValue,
    /// The loaded value was returned and not cached; the code says why.
    NotCached,
    /// KV failed on the way; the code says how. The call went on without it.
    KvFailed,
    /// Another call's loader answered this one.
    Joined,
    /// The call whose loader was awaited vanished or took too long.
    JoinFailed,
    /// A call on an object failed on the way and is made again.
    Retried,
    /// An object failed and the call went on; the code says how.
    ObjectFailed,
    /// KV still had a session that was revoked.
    Revoked,
    /// A session without a user id.
    NotTracked,
    /// The object failed and this isolate's memory answered; the code says how.
    FellBack,
    /// A refusal that this isolate remembers answered; no object was asked.
    Blocked,
    /// The lock was no longer its holder's when it was released.
    LockLost,
}

impl Note {
    const fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Malformed => "malformed",
            Self::LargeValue => "large_value",
            Self::NotCached => "not_cached",
            Self::KvFailed => "kv_failed",
            Self::Joined => "joined",
            Self::JoinFailed => "join_failed",
            Self::Retried => "retried",
            Self::Revoked => "revoked",
            Self::NotTracked => "not_tracked",
            Self::ObjectFailed => "object_failed",
            Self::FellBack => "fell_back",
            Self::Blocked => "blocked",
            Self::LockLost => "lock_lost",
        }
    }
}

/// The report of one call, or nothing.
#[derive(Clone)]
pub struct Report(pub Option<JsReport>);

impl Report {
    /// The call was answered from KV, or not.
    pub fn hit(&self, hit: bool) {
        if let Some(report) = &self.0 {
            report.hit(hit);
        }
    }

    /// The value that was read or written; notes one that is large.
    pub fn value(&self, text: &JsString) {
        if let Some(report) = &self.0 {
            let bytes = byte_length(text);
            report.bytes(bytes);
            if bytes > LARGE_VALUE_BYTES {
                self.note(Note::LargeValue);
            }
        }
    }

    /// A call on objects that began at `started` has ended.
    pub fn waited_for_objects(&self, started: f64) {
        if let Some(report) = &self.0 {
            report.waited_for_objects(now() - started);
        }
    }

    /// Adds a note.
    pub fn note(&self, note: Note) {
        self.note_code(note, "");
    }

    /// Adds a note with an error code.
    pub fn note_code(&self, note: Note, code: &str) {
        if let Some(report) = &self.0 {
            report.note(note.word(), code);
        }
    }
}
