//! The time on objects' clocks, as far as this isolate knows it.

use std::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::host::clock::now;
use crate::host::namespace::reply_late_at;

thread_local! {
    // By how much objects' clocks are ahead of this isolate's, in ms, as far as one of them has told. Objects'
    // own clocks agree within seconds.
    static OFFSET: Cell<f64> = const { Cell::new(0.0) };
}

/// Now, in ms since the epoch.
pub fn object_time() -> f64 {
    now() + OFFSET.get()
}

/// Whether an object has refused a call as too late: then it has told its time, which is known from now on.
pub fn was_too_late(reply: &JsValue) -> bool {
    let at = reply_late_at(reply);
    if at.is_nan() {
        return false;
    }
    OFFSET.set(at - now());
    true
}
