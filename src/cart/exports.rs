//! The JavaScript face of `CartStoreClient`: one function for each kind of public call.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::client::{CartStoreClient, Mutation, Options, Wanted};
use crate::host::object_handle::ObjectHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::object::call::Objects;

fn client(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    memory: bool,
    ttl_seconds: f64,
    report: Option<JsReport>,
) -> CartStoreClient {
    let report = Report(report);
    CartStoreClient {
        objects: Objects {
            handle,
            placement,
            limit_ms,
            report,
        },
        ttl_seconds,
        memory,
    }
}

/// `CartStoreClient.getCart` and `getCartWithVersion`.
#[wasm_bindgen(js_name = cartsGet)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn carts_get(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    memory: bool,
    ttl_seconds: f64,
    id: String,
    owner: Option<String>,
    with_version: bool,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, memory, ttl_seconds, report);
    let wanted = if with_version {
        Wanted::Versioned
    } else {
        Wanted::Cart
    };
    run(async move { client.get(&id, owner, wanted).await })
}

/// The mutations of `CartStoreClient`. `kind`: 0 set, 1 one change, 2 one that answers null where the
/// line is not there, 3 many changes, 4 delete.
#[wasm_bindgen(js_name = cartsMutate)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn carts_mutate(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    memory: bool,
    ttl_seconds: f64,
    id: String,
    kind: u8,
    json: JsString,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, memory, ttl_seconds, report);
    let (mutation, wanted) = match kind {
        0 => (Mutation::Set(json), Wanted::Nothing),
        1 => (Mutation::Change(json), Wanted::Cart),
        2 => (Mutation::Change(json), Wanted::CartOrNull),
        3 => (Mutation::Mutate(json), Wanted::Cart),
        _ => (Mutation::Delete, Wanted::Nothing),
    };
    let options = Options {
        key,
        if_version,
        owner,
    };
    run(async move { client.mutate(&id, mutation, options, wanted).await })
}

/// `CartStoreClient.mergeCart`.
#[wasm_bindgen(js_name = cartsMerge)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn carts_merge(
    handle: ObjectHandle,
    placement: JsValue,
    limit_ms: f64,
    ttl_seconds: f64,
    from: String,
    into: String,
    policy: String,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(handle, placement, limit_ms, false, ttl_seconds, report);
    let options = Options {
        key,
        if_version,
        owner,
    };
    run(async move { client.merge(&from, &into, policy, options).await })
}
