//! The JavaScript face of `LockClient` and `CounterClient`.

use wasm_bindgen::prelude::*;

use super::client::{Call, Operation};
use crate::host::namespace::NamespaceHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::stub::call::Namespace;

/// All public calls of both, by number: 0 acquire, 1 extend, 2 release, 3 increment, 4 get, 5 reset.
/// One function for all, since each would add 2 KB to the module; see [`Call`] for the arguments.
#[wasm_bindgen(js_name = coordinate)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn coordinate(
    handle: NamespaceHandle,
    placement: JsValue,
    limit_ms: f64,
    operation: u8,
    name: String,
    secret: String,
    call: String,
    number: f64,
    wait_ms: f64,
    report: Option<JsReport>,
) -> JsValue {
    let objects = Namespace {
        handle,
        placement,
        limit_ms,
        report: Report(report),
    };
    let call = Call {
        operation: match operation {
            0 => Operation::Acquire,
            1 => Operation::Extend,
            2 => Operation::Release,
            3 => Operation::Increment,
            4 => Operation::Count,
            _ => Operation::Reset,
        },
        name,
        secret,
        call,
        number,
        wait_ms,
    };
    run(async move { call.make(&objects).await })
}
