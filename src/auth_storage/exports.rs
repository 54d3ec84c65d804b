//! The JavaScript face of the Worker's side. One function for all calls: they differ in their arguments
//! alone, and each function of its own would add half a kilobyte.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::client::AuthStorage;
use super::model::Operation;
use crate::error::Error;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::stub::call::Namespace;

/// A call of `secondaryStorage` or `rateLimitStorage`: `operation` is the method of the object's class.
#[wasm_bindgen(js_name = authCall)]
pub fn auth_call(
    namespace: &ClientNamespace,
    operation: String,
    key: JsString,
    args: Vec<JsValue>,
    report: Option<JsReport>,
) -> JsValue {
    let storage = AuthStorage {
        objects: Namespace::new(namespace, report),
    };
    run(async move {
        let operation = Operation::named(&operation).ok_or(Error::UnknownOperation)?;
        storage.call(operation, &key, args).await
    })
}
