//! What the objects of sessions reply. JavaScript reads it, once: a reply of another shape is an error, and never "nothing is
//! revoked" or "there are no sessions".

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::stub::refusal::Refusal;

#[wasm_bindgen]
extern "C" {
    // Two numbers, and two lists of the same length: of texts, and of numbers.
    #[wasm_bindgen(js_namespace = host, js_name = replyLists)]
    fn reply_lists(reply: &JsValue, kind: u8) -> Option<Vec<JsValue>>;
    // Whose the record is or was, its logical timestamp, and whether it is still there.
    #[wasm_bindgen(js_namespace = host, js_name = replyPlace)]
    fn reply_place(reply: &JsValue) -> Option<Vec<JsValue>>;
}

/// Which reply it is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A user's: `{ at, revokedAt, tokens, moments }`.
    User,
    /// A token's: `{ at, revokedAt, users, untils }`.
    Token,
    /// An index: `{ at, tick, ids, ticks }`.
    Index,
}

/// A reply with lists.
pub struct Lists {
    /// The object's clock, in ms.
    pub at: f64,
    /// When all was revoked: `revokedAt`, or the logical timestamp of it.
    pub moment: f64,
    /// Tokens, users, or ids.
    pub names: Array,
    /// Of each its moment.
    pub moments: Array,
}

impl Lists {
    /// Of a reply.
    ///
    /// # Errors
    /// It has another shape.
    pub fn of(reply: &JsValue, kind: Kind) -> Result<Self, Error> {
        let read = reply_lists(reply, kind as u8).unwrap_or_default();
        let [at, moment, names, moments] =
            <[JsValue; 4]>::try_from(read).map_err(|_| Refusal::of_other_class())?;
        Ok(Self {
            at: at.as_f64().unwrap_or(0.0),
            moment: moment.as_f64().unwrap_or(0.0),
            names: names.unchecked_into(),
            moments: moments.unchecked_into(),
        })
    }
}

/// Where a record is, or was.
pub struct Place {
    /// Whose it is.
    pub customer: String,
    /// The logical timestamp of its `set`; undefined in a record.
    pub timestamp: JsValue,
    /// Whether it was to be deleted, and is still there.
    pub kept: bool,
}

impl Place {
    /// Of a reply; nothing for null.
    ///
    /// # Errors
    /// It has another shape.
    pub fn of(reply: &JsValue) -> Result<Option<Self>, Error> {
        if reply.is_null() {
            return Ok(None);
        }
        let read = reply_place(reply).unwrap_or_default();
        let [customer, timestamp, kept] =
            <[JsValue; 3]>::try_from(read).map_err(|_| Refusal::of_other_class())?;
        Ok(Some(Self {
            customer: customer.as_string().unwrap_or_default(),
            timestamp,
            kept: kept.is_truthy(),
        }))
    }
}

/// An entry of a customer's index.
#[derive(Clone)]
pub struct Entry {
    /// The session's id.
    pub id: JsString,
    /// The logical timestamp of its last `set`.
    pub timestamp: JsValue,
}

/// The entries of an index, oldest first.
pub fn entries(index: &Lists) -> Vec<Entry> {
    let each = index.names.iter().zip(index.moments.iter());
    each.map(|(id, timestamp)| Entry {
        id: id.unchecked_into(),
        timestamp,
    })
    .collect()
}
