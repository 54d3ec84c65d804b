//! What this isolate knows of revocations.

use std::cell::RefCell;

use super::cache::{KnownRevocations, RevocationCache, Revocations};
use super::fill::{CLEAR_MS, FillStart};
use crate::host::clock::now;

thread_local! {
    static CACHE: RefCell<RevocationCache> = RefCell::default();
}

/// Does something with what is known of an object, if anything is.
pub fn with_known<T>(
    namespace_id: u32,
    name: &str,
    job: impl FnOnce(&KnownRevocations) -> T,
) -> Option<T> {
    CACHE.with_borrow_mut(|cache| cache.get(namespace_id, name).map(job))
}

/// Takes what an object said. `asked_at`: when it was asked, if this was a check, on this isolate's clock.
pub fn learn(namespace_id: u32, name: &str, revocations: Revocations, asked_at: Option<f64>) {
    let now = now();
    CACHE.with_borrow_mut(|cache| cache.learn(namespace_id, name, revocations, now, asked_at));
}

/// Takes note of a revocation that this isolate made.
pub fn learn_revoked(namespace_id: u32, name: &str, revoked_at: f64) {
    let revocations = Revocations {
        revoked_at,
        ..Revocations::default()
    };
    learn(namespace_id, name, revocations, None);
}

/// The moment from which a fill reads that can be made again.
pub fn start_fill() -> FillStart {
    FillStart {
        at: now(),
        learned: Some(CACHE.with_borrow(RevocationCache::learned)),
        clear_ms: CLEAR_MS,
    }
}
