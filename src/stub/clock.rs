//! The time on objects' clocks, as far as this isolate knows it.

use std::cell::Cell;

use crate::host::clock::now;

thread_local! {
    // By how much objects' clocks are ahead of this isolate's, in ms, as far as one of them has told. Objects'
    // own clocks agree within seconds.
    static OFFSET: Cell<f64> = const { Cell::new(0.0) };
}

/// Now, in ms since the epoch.
pub fn object_time() -> f64 {
    now() + OFFSET.get()
}

/// Takes the time that an object has told, in ms since the epoch.
pub fn learn_time(at: f64) {
    OFFSET.set(at - now());
}
