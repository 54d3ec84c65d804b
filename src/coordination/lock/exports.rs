//! The JavaScript face of `LockClient` where a method is more than one call on one object.

use wasm_bindgen::prelude::*;

use super::client::{Acquire, Stop};
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::stub::call::Namespace;

/// `LockClient.acquire`.
#[wasm_bindgen(js_name = waitForLock)]
pub fn wait_for_lock(
    namespace: &ClientNamespace,
    name: String,
    holder: String,
    ttl_seconds: f64,
    wait_ms: f64,
    stop: Stop,
    report: Option<JsReport>,
) -> JsValue {
    let objects = Namespace::new(namespace, report);
    let acquire = Acquire {
        name,
        holder,
        ttl_seconds,
        wait_ms,
        stop,
    };
    run(async move { acquire.make(&objects).await })
}
