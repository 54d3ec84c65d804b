//! The JavaScript face of a call on one object. Most methods of the clients are no more than that: what
//! they send is checked by the object itself, so they share this one function.

use wasm_bindgen::prelude::*;

use super::call::Objects;
use super::retry::Stamp;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::protocol::name::check_name;

/// Calls `method` of the object named `kind` and `name`, such as `lock:` and `invoice`, and returns the value of its
/// reply. With `stamped` the object gets the moment of the call as the last argument.
#[wasm_bindgen(js_name = objectCall)]
pub fn object_call(
    namespace: &ClientNamespace,
    kind: String,
    name: String,
    method: String,
    args: Vec<JsValue>,
    stamped: bool,
    report: Option<JsReport>,
) -> JsValue {
    let objects = Objects::new(namespace, report);
    let stamp = if stamped { Stamp::With } else { Stamp::Without };
    run(async move {
        check_name(&name)?;
        let name = [kind, name].concat().into();
        objects.call(&name, &method, &args, stamp).await
    })
}
