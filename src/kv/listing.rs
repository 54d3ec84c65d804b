//! A page of a listing.

use js_sys::JsString;
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

/// A page as JavaScript has copied it (`js/wasm/imports/kv.ts`), so reading it does not throw.
pub fn page(copy: &JsValue) -> Page {
    let copy: &Entry = copy.unchecked_ref();
    let keys = copy.keys();
    let listed = keys.iter().map(|key| {
        let key: Entry = key.unchecked_into();
        Listed {
            name: key.name(),
            metadata: key.metadata(),
        }
    });
    let cursor = copy.cursor().dyn_into().ok();
    Page {
        keys: listed.collect(),
        cursor: cursor.filter(|_| copy.list_complete().is_falsy()),
    }
}
