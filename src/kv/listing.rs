//! A page of a listing.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::host::kv::Entry;

/// A key of a listing.
pub struct Listed {
    /// The key.
    pub name: JsString,
    /// Its metadata, or undefined.
    pub metadata: JsValue,
}

/// One page of a listing.
pub struct Page {
    /// The keys of this page, at most 1,000.
    pub keys: Vec<Listed>,
    /// Where the next page begins; `None` on the last.
    pub cursor: Option<JsString>,
}

/// What the handle returned, as a page. It may be a proxy, so reading may throw.
///
/// # Errors
/// What the handle threw.
pub fn page(reply: JsValue) -> Result<Page, JsValue> {
    let reply: Entry = reply.unchecked_into();
    let mut keys = Vec::new();
    for key in Array::from(&reply.keys()?).iter() {
        let key: Entry = key.unchecked_into();
        if let Ok(name) = key.name()?.dyn_into() {
            keys.push(Listed {
                name,
                metadata: key.metadata()?,
            });
        }
    }
    let more = reply.list_complete()?.is_falsy();
    let cursor = if more {
        reply.cursor()?.dyn_into().ok()
    } else {
        None
    };
    Ok(Page { keys, cursor })
}
