//! The JavaScript face of a call on one object. Most methods of the clients are no more than that: what
//! they send is checked by the object itself, so they share this one function.

use wasm_bindgen::prelude::*;

use super::call::Namespace;

use crate::host::namespace::NamespaceHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::protocol::call_time::CallTime;
use crate::protocol::name::check_name;

/// Calls `method` of the object named `name` and returns the value of its reply.
#[wasm_bindgen(js_name = objectCall)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn object_call(
    handle: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    name: String,
    method: String,
    args: Vec<JsValue>,
    says_when: bool,
    report: Option<JsReport>,
) -> JsValue {
    let objects = Namespace {
        handle,
        placement,
        limit_ms,
        report: Report(report),
    };
    let time = if says_when {
        CallTime::Sent
    } else {
        CallTime::Omitted
    };
    run(async move {
        check_name(&name)?;
        objects.call(&name.into(), &method, &args, time).await
    })
}
