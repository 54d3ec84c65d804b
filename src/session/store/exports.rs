//! The JavaScript face of `SessionStoreClient`.

use wasm_bindgen::prelude::*;

use super::client::SessionStoreClient;
use crate::host::namespace::NamespaceHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::session::record;
use crate::stub::call::Namespace;

fn store(
    handle: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    namespace_id: u32,
    report: Option<JsReport>,
) -> SessionStoreClient {
    SessionStoreClient {
        objects: Namespace {
            handle,
            placement,
            limit_ms,
            report: Report(report),
        },
        namespace_id,
    }
}

/// `SessionStoreClient.set`.
#[wasm_bindgen(js_name = storeSet)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn store_set(
    objects: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    id: String,
    customer: String,
    created_at: f64,
    record: JsValue,
    ttl_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = store(objects, placement, limit_ms, 0, report);
    run(async move {
        record::check(&id, &customer, created_at)?;
        client.set(&id, &customer, &record, ttl_ms).await
    })
}

/// The other methods of `SessionStoreClient`, which take an id. `kind`: 0 get, 1 delete, 2 list, 3 revokeAll.
/// `namespace_id`: the number of the handle.
#[wasm_bindgen(js_name = storeCall)]
pub fn store_call(
    objects: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    namespace_id: u32,
    kind: u8,
    id: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = store(objects, placement, limit_ms, namespace_id, report);
    run(async move {
        match kind {
            0 => client.get(&id).await,
            1 => client.delete(&id).await,
            2 => client.list(&id).await,
            _ => client.revoke_all(&id).await,
        }
    })
}
