//! The JavaScript face of `SessionStoreClient`.

use wasm_bindgen::prelude::*;

use super::client::SessionStoreClient;
use crate::error::Error;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::session::record;
use crate::stub::call::Namespace;

/// `SessionStoreClient.set`.
#[wasm_bindgen(js_name = storeSet)]
pub fn store_set(
    namespace: &ClientNamespace,
    id: String,
    customer: String,
    created_at: f64,
    record: JsValue,
    ttl_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let client = SessionStoreClient {
        objects: Namespace::new(namespace, report),
    };
    run(async move {
        record::check(&id, &customer, created_at)?;
        client.set(&id, &customer, &record, ttl_ms).await
    })
}

/// The other methods of `SessionStoreClient`, by their names. `id` is that of a session or of a customer.
#[wasm_bindgen(js_name = storeCall)]
pub fn store_call(
    namespace: &ClientNamespace,
    namespace_id: u32,
    method: String,
    id: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = SessionStoreClient {
        objects: Namespace::new(namespace, report),
    };
    run(async move {
        match method.as_str() {
            "get" => client.get(&id).await,
            "delete" => client.delete(&id).await,
            "list" => client.list(&id).await,
            "revokeAll" => client.revoke_all(&id, namespace_id).await,
            _ => Err(Error::UnknownOperation),
        }
    })
}
