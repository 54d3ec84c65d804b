//! The JavaScript face of a call on one object. Most methods of the clients are no more than that: what
//! they send is checked by the object itself, so they share this one function.

use wasm_bindgen::prelude::*;

use super::call::Namespace;
use crate::error::Error;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::protocol::call_time::CallTime;
use crate::protocol::name::{CART, LOCK, check_name};

/// Calls `method` of the object of a `kind` that is named after `name`, and returns the value of its reply. `time` is whether the object gets when the call was made: 0 not, 1 as the last argument, 2 as the one before.
#[wasm_bindgen(js_name = objectCall)]
pub fn object_call(
    namespace: &ClientNamespace,
    kind: String,
    name: String,
    method: String,
    args: Vec<JsValue>,
    time: u8,
    report: Option<JsReport>,
) -> JsValue {
    let mut objects = Namespace::new(namespace, report);
    // JavaScript has it, for a client that goes by `namespace.breaker`.
    objects.has_fallback = true;
    let time = match time {
        0 => CallTime::Omitted,
        1 => CallTime::Sent,
        _ => CallTime::SentBeforeLast,
    };
    run(async move {
        let (prefix, what) = kind_of(&kind).ok_or(Error::UnknownOperation)?;
        check_name(&name, what)?;
        let name = [prefix, &name].concat().into();
        objects.call(&name, &method, &args, time).await
    })
}

// Of a kind of objects, the prefix of their names, and what the rest of a name is in messages.
fn kind_of(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "cart" => Some(("", CART)),
        "lock" => Some(("lock:", LOCK)),
        "counter" => Some(("counter:", "The name of the counter")),
        "index" => Some(("", "The name of the index of keys")),
        _ => None,
    }
}
