//! The JavaScript face of the Worker's side. One function for all calls: they differ in their arguments
//! alone, and each function of its own would add half a kilobyte.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::client::AuthStorage;
use super::model::Operation;
use crate::host::namespace::NamespaceHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::stub::call::Namespace;

/// A call of `secondaryStorage` or `rateLimitStorage`, by the number of its operation.
#[wasm_bindgen(js_name = authCall)]
pub fn call(
    handle: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    report: Option<JsReport>,
    operation: u8,
    key: JsString,
    args: Vec<JsValue>,
) -> JsValue {
    let storage = AuthStorage {
        objects: Namespace {
            handle,
            placement,
            limit_ms,
            report: Report(report),
        },
    };
    let operation = Operation::from_number(operation);
    run(async move { storage.call(operation, &key, args).await })
}
