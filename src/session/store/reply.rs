//! What the objects of sessions reply: plain objects of our own class.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // `{ at, tick, ids, ticks }`.
    type IndexReply;
    #[wasm_bindgen(method, getter, structural)]
    fn at(this: &IndexReply) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn ids(this: &IndexReply) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = ticks)]
    fn timestamps(this: &IndexReply) -> JsValue;

    // A record, or where one was: `{ customerId, tick, kept? }`.
    type Place;
    #[wasm_bindgen(method, getter, structural, js_name = customerId)]
    fn customer_id(this: &Place) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = tick)]
    fn timestamp(this: &Place) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn kept(this: &Place) -> JsValue;
}

/// An entry of a customer's index.
#[derive(Clone)]
pub struct Entry {
    /// The session's id.
    pub id: JsString,
    /// The logical timestamp of its last `set`.
    pub timestamp: JsValue,
}

/// A customer's index.
#[derive(Default)]
pub struct Index {
    /// The object's clock, in ms.
    pub at: f64,
    /// The entries, oldest first.
    pub entries: Vec<Entry>,
}

impl Index {
    /// Of a reply.
    pub fn of(reply: &JsValue) -> Self {
        if !reply.is_object() {
            return Self::default();
        }
        let reply = reply.unchecked_ref::<IndexReply>();
        let list = |value: JsValue| value.dyn_into::<Array>().unwrap_or_default();
        let (ids, timestamps) = (list(reply.ids()), list(reply.timestamps()));
        let entries = ids.iter().zip(timestamps.iter());
        let entries = entries.filter_map(|(id, timestamp)| {
            let id = id.dyn_into().ok()?;
            Some(Entry { id, timestamp })
        });
        Self {
            at: reply.at().as_f64().unwrap_or(0.0),
            entries: entries.collect(),
        }
    }
}

fn place(reply: &JsValue) -> Option<&Place> {
    reply.is_object().then(|| reply.unchecked_ref())
}

/// Whose a record is, or was.
pub fn owner(reply: &JsValue) -> Option<String> {
    place(reply)?.customer_id().as_string()
}

/// The logical timestamp in a reply; undefined where it has none.
pub fn timestamp(reply: &JsValue) -> JsValue {
    place(reply).map_or(JsValue::UNDEFINED, Place::timestamp)
}

/// Whether a record that was to be deleted is still there.
pub fn was_kept(reply: &JsValue) -> bool {
    place(reply).is_some_and(|place| place.kept().is_truthy())
}
