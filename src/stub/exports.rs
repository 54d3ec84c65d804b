//! The JavaScript face of a call on one object. Most methods of the clients are no more than that: what
//! they send is checked by the object itself, so they share this one function.

use wasm_bindgen::prelude::*;

use super::call::Namespace;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::protocol::call_time::CallTime;
use crate::protocol::name::check_name;

/// Calls `method` of the object named `kind` and `name`, such as `lock:` and `invoice`, and returns the value of its
/// reply. With `sends_time` the object gets when the call was made as the last argument.
#[wasm_bindgen(js_name = objectCall)]
pub fn object_call(
    namespace: &ClientNamespace,
    kind: String,
    name: String,
    method: String,
    args: Vec<JsValue>,
    sends_time: bool,
    report: Option<JsReport>,
) -> JsValue {
    let mut objects = Namespace::new(namespace, report);
    // JavaScript has it, for a client that goes by `namespace.breaker`.
    objects.has_fallback = true;
    let time = if sends_time {
        CallTime::Sent
    } else {
        CallTime::Omitted
    };
    run(async move {
        check_name(&name)?;
        let name = [kind, name].concat().into();
        objects.call(&name, &method, &args, time).await
    })
}
